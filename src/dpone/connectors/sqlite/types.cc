#include "dpone/connectors/sqlite/types.h"

#include <algorithm>

#include "dpone/data/type_traits.h"

namespace dpone::sqlite {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

DataType of(TypeKind kind) {
  DataType type;
  type.kind = kind;
  return type;
}

// Their text never looks like a number, which NUMERIC affinity would turn it into.
bool is_never_numeric(TypeKind kind) {
  switch (kind) {
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimeTz:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kUuid:
    case TypeKind::kBytes:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view to_string(Storage value) {
  switch (value) {
    case Storage::kInteger:
      return "INTEGER";
    case Storage::kReal:
      return "REAL";
    case Storage::kText:
      return "TEXT";
    case Storage::kBlob:
      return "BLOB";
  }
  return "TEXT";
}

Storage storage_of(const DataType& type) {
  // INTEGER and REAL have 64 bits.
  constexpr int kMostDigits = 19;
  const TypeTraits& traits = traits_of(type);
  switch (traits.family) {
    case TypeFamily::kBool:
      return Storage::kInteger;
    case TypeFamily::kInteger:
      return traits.digits <= kMostDigits ? Storage::kInteger : Storage::kText;
    case TypeFamily::kFloat:
      return Storage::kReal;
    default:
      if (type.kind == TypeKind::kUInt32) return Storage::kInteger;
      return type.kind == TypeKind::kBytes ? Storage::kBlob : Storage::kText;
  }
}

Affinity affinity_of(std::string_view declared, bool is_strict) {
  const std::string name = upper(declared);
  const auto has = [&](const char* word) { return name.find(word) != std::string::npos; };
  if (is_strict && name == "ANY") return Affinity::kAny;
  if (has("INT")) return Affinity::kInteger;
  if (has("CHAR") || has("CLOB") || has("TEXT")) return Affinity::kText;
  if (name.empty() || has("BLOB")) return Affinity::kAny;
  if (has("REAL") || has("FLOA") || has("DOUB")) return Affinity::kReal;
  return Affinity::kNumeric;
}

DataType declared_type(std::string_view declared, bool is_strict) {
  switch (affinity_of(declared, is_strict)) {
    case Affinity::kInteger:
      return of(TypeKind::kInt64);
    case Affinity::kReal:
      return of(TypeKind::kFloat64);
    case Affinity::kText:
    case Affinity::kNumeric:
      return of(TypeKind::kText);
    case Affinity::kAny:
      return upper(declared).find("BLOB") == std::string::npos ? of(TypeKind::kText) : of(TypeKind::kBytes);
  }
  return of(TypeKind::kText);
}

std::optional<DataType> accepted_type(std::string_view declared, bool is_strict, const DataType& from) {
  const Storage storage = storage_of(from);
  switch (affinity_of(declared, is_strict)) {
    case Affinity::kInteger:
      return storage == Storage::kInteger ? from : of(TypeKind::kInt64);
    case Affinity::kReal:
      return storage == Storage::kReal ? from : of(TypeKind::kFloat64);
    case Affinity::kText:
      return of(TypeKind::kText);
    case Affinity::kAny:
      // Such a declaration is read as bytes, whatever else the column could store.
      return upper(declared).find("BLOB") == std::string::npos ? from : of(TypeKind::kBytes);
    case Affinity::kNumeric:
      if (storage == Storage::kInteger || is_never_numeric(from.kind)) return from;
      // Texts of digits would become numbers, numbers of many digits lose some.
      return std::nullopt;
  }
  return of(TypeKind::kText);
}

bool has_stored_equality(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kNumeric:   // 1.0 and 1.00
    case TypeKind::kInterval:  // 1 mon and 30 days
    case TypeKind::kJson:
    case TypeKind::kJsonb:  // numbers inside
    case TypeKind::kArray:
      return false;
    default:
      return true;
  }
}

bool has_stored_order(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kUInt32:
    case TypeKind::kUnsigned8:
    case TypeKind::kUnsigned16:
    case TypeKind::kUnsigned32:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kText:
    case TypeKind::kUuid:
      return true;
    default:
      return false;
  }
}

bool compares_as_stored(const DataType& type) {
  return has_stored_order(type) || storage_of(type) != Storage::kText || type.kind == TypeKind::kTime;
}

std::string canonical_time_condition(const DataType& type, const std::string& column) {
  const std::string date = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
  const std::string time = " [0-9][0-9]:[0-9][0-9]:[0-9][0-9]";
  if (type.kind == TypeKind::kDate) return column + " GLOB '" + date + "'";
  if (type.kind != TypeKind::kTimestamp && type.kind != TypeKind::kTimestampTz) return {};
  // A fraction of at most six digits whose last is not 0, which is how it is printed: the shorter text of two that
  // agree is then the earlier time.
  const bool has_zone = type.kind == TypeKind::kTimestampTz;
  const std::string rest =
      has_zone ? "substr(" + column + ", 20, length(" + column + ") - 22)" : "substr(" + column + ", 20)";
  return column + " GLOB '" + date + time + (has_zone ? "*+00'" : "*'") + " AND (" + rest + " = '' OR (" + rest +
         " GLOB '.*[1-9]' AND length(" + rest + ") <= 7 AND substr(" + rest + ", 2) NOT GLOB '*[^0-9]*'))";
}

Json type_to_json(const DataType& type) {
  Json json = Json::object();
  json.set("kind", to_string(type.kind));
  if (type.precision != 0) json.set("precision", type.precision);
  if (type.scale != 0) json.set("scale", type.scale);
  if (type.length != 0) json.set("length", type.length);
  if (type.is_fixed_length) json.set("is_fixed_length", true);
  if (type.has_infinity) json.set("has_infinity", true);
  if (type.element) json.set("element", type_to_json(*type.element));
  return json;
}

std::optional<DataType> type_from_json(const Json& json) {
  const std::string& name = json["kind"].as_string();
  const std::optional<TypeKind> kind = find_type_kind(name);
  const std::int64_t precision = json["precision"].as_int();
  const std::int64_t scale = json["scale"].as_int();
  const std::int64_t length = json["length"].as_int();
  if (!kind) return std::nullopt;
  DataType type;
  type.kind = *kind;
  const bool is_wide = type.kind == TypeKind::kNumeric;  // PostgreSQL's: 1000 digits, before or behind the point
  const bool is_sound = precision >= 0 && precision <= (is_wide ? 1000 : 38) && scale >= (is_wide ? -1000 : 0) &&
                        scale <= (is_wide ? 1000 : 38) && length >= 0;
  if (!is_sound) return std::nullopt;
  if (type.kind == TypeKind::kDecimal && (precision < 1 || scale > precision)) return std::nullopt;
  type.precision = static_cast<int>(precision);
  type.scale = static_cast<int>(scale);
  type.length = length;
  type.is_fixed_length = json["is_fixed_length"].as_bool();
  type.has_infinity = json["has_infinity"].as_bool();
  if (type.kind == TypeKind::kArray) {
    const auto element = type_from_json(json["element"]);
    if (!element || element->kind == TypeKind::kArray) return std::nullopt;
    type.element = std::make_shared<const DataType>(*element);
  }
  return type;
}

}  // namespace dpone::sqlite
