#include "dpone/connectors/postgres/types.h"

#include <algorithm>
#include <array>

#include "dpone/base/contains.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/data/conversion.h"
#include "dpone/data/type_name.h"

namespace dpone::postgres {
namespace {

// Object identifier types name rows of one server's catalog; they never travel in binary.
constexpr std::array<Oid, 12> kRegTypes = {24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191, 1033};

// What initdb makes has another OID in each version: the types of information_schema and of the catalog's views.
constexpr Oid kFirstUnfixedOid = 10000;

constexpr std::array<Oid, 2> kVectors = {22, 30};  // int2vector, oidvector
// The binary input of each refuses an empty value, which its binary output writes: that of a vector is an array without
// dimensions, that of a tsquery a tree without nodes.
constexpr std::array<Oid, 3> kRefusedIfEmpty = {22, 30, 3615};  // int2vector, oidvector, tsquery

constexpr int kAllIntervalFields = 0x7fff;

// Before, the bits of the two infinities are numbers.
constexpr int kInfiniteIntervals = 170000;
constexpr int kOctalChars = 150000;
constexpr int kOddScales = 150000;  // numeric(5,-2), numeric(2,5)
constexpr std::string_view kChar = "oid:18:char";
constexpr std::string_view kMoney = "oid:790:";
constexpr std::string_view kFiniteInterval = "oid:1186:finite";
constexpr std::string_view kInfiniteInterval = "oid:1186:infinite";

char first_char(const Json& value) { return value.as_string().empty() ? '\0' : value.as_string()[0]; }

DataType simple(TypeKind kind) {
  DataType type;
  type.kind = kind;
  return type;
}

DataType with_fraction(TypeKind kind, int typmod) {
  DataType type = simple(kind);
  type.scale = typmod >= 0 && typmod <= 6 ? typmod : 6;
  return type;
}

DataType text_of(std::int64_t length, bool is_fixed) {
  DataType type = simple(TypeKind::kText);
  type.length = length;
  type.is_fixed_length = is_fixed;
  return type;
}

DataType numeric_of(int typmod) {
  if (typmod < 4) return simple(TypeKind::kNumeric);
  const int precision = ((typmod - 4) >> 16) & 0xffff;
  const int scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024;  // 11 bits, signed since PostgreSQL 15
  if (precision > 38 || scale < 0 || scale > precision) {
    DataType type = simple(TypeKind::kNumeric);
    type.precision = precision;
    type.scale = scale;
    return type;
  }
  DataType type = simple(TypeKind::kDecimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

// The logical type of a built-in type that has one.
std::optional<DataType> builtin_type(Oid oid, int typmod, int server_version) {
  switch (oid) {
    case 16:
      return simple(TypeKind::kBool);
    case 17:
      return simple(TypeKind::kBytes);
    case 18:
      return simple(TypeKind::kChar1);
    case 19:
      return text_of(63, false);  // name: 63 bytes
    case 20:
      return simple(TypeKind::kInt64);
    case 21:
      return simple(TypeKind::kInt16);
    case 23:
      return simple(TypeKind::kInt32);
    case 25:
      return text_of(0, false);
    case 26:
    case 28:
      return simple(TypeKind::kUInt32);
    case 114:
      return simple(TypeKind::kJson);
    case 650:
      return simple(TypeKind::kCidr);
    case 700:
      return simple(TypeKind::kFloat32);
    case 701:
      return simple(TypeKind::kFloat64);
    case 774:
      return simple(TypeKind::kMacaddr8);
    case 790:
      return simple(TypeKind::kMoney);
    case 829:
      return simple(TypeKind::kMacaddr);
    case 869:
      return simple(TypeKind::kInet);
    case 1042:
      return text_of(typmod >= 4 ? typmod - 4 : 0, typmod >= 4);
    case 1043:
      return text_of(typmod >= 4 ? typmod - 4 : 0, false);
    case 1082:
      return simple(TypeKind::kDate);
    case 1083:
      return with_fraction(TypeKind::kTime, typmod);
    case 1114:
      return with_fraction(TypeKind::kTimestamp, typmod);
    case 1184:
      return with_fraction(TypeKind::kTimestampTz, typmod);
    // interval keeps the fraction in the low half of its typmod, the range of fields in the high half
    case 1186: {
      DataType type = with_fraction(TypeKind::kInterval, typmod < 0 ? -1 : typmod & 0xffff);
      const int fields = typmod < 0 ? kAllIntervalFields : (typmod >> 16) & 0x7fff;
      type.length = fields == kAllIntervalFields ? 0 : fields;
      type.has_infinity = server_version >= kInfiniteIntervals;
      return type;
    }
    case 1266:
      return with_fraction(TypeKind::kTimeTz, typmod);
    case 1560: {
      DataType type = simple(TypeKind::kBit);
      type.length = typmod > 0 ? typmod : 1;
      type.is_fixed_length = true;
      return type;
    }
    case 1562: {
      DataType type = simple(TypeKind::kBit);
      type.length = typmod > 0 ? typmod : 0;
      return type;
    }
    case 1700:
      return numeric_of(typmod);
    case 2950:
      return simple(TypeKind::kUuid);
    case 3220:
      return simple(TypeKind::kLsn);
    case 5069:
      return simple(TypeKind::kUInt64);
    case 3802:
      return simple(TypeKind::kJsonb);
    default:
      return std::nullopt;
  }
}

// What a server of that version makes of the type of a name.
DataType type_on(DataType type, int server_version) {
  type.has_infinity = type.kind == TypeKind::kInterval && server_version >= kInfiniteIntervals;
  if (type.element) type.element = std::make_shared<const DataType>(type_on(*type.element, server_version));
  return type;
}

std::string builtin_signature(Oid oid, const std::string& lc_monetary, int server_version) {
  if (oid == 1186) return std::string(server_version >= kInfiniteIntervals ? kInfiniteInterval : kFiniteInterval);
  if (oid == 18) return std::string(kChar);
  return oid == 790 ? std::string(kMoney) + lc_monetary : "oid:" + std::to_string(oid);
}

}  // namespace

TypeCatalog TypeCatalog::from_json(const Json& types, std::string lc_monetary, int server_version) {
  TypeCatalog catalog(server_version);
  catalog.lc_monetary_ = std::move(lc_monetary);
  for (const Json& row : types.as_array()) {
    TypeInfo info;
    info.oid = static_cast<Oid>(row["oid"].as_int());
    info.schema = row["schema"].as_string();
    info.name = row["name"].as_string();
    info.formatted = row["formatted"].as_string();
    info.type = first_char(row["type"]);
    info.category = first_char(row["category"]);
    info.element = info.category == 'A' ? static_cast<Oid>(row["element"].as_int()) : 0;
    info.base = static_cast<Oid>(row["base"].as_int());
    info.base_typmod = static_cast<int>(row["base_typmod"].as_int());
    info.base_formatted = row["base_formatted"].as_string();
    info.is_not_null = row["not_null"].as_bool();
    info.default_text = row["default"].as_string();
    info.collation = row["collation"].as_string();
    for (const Json& check : row["checks"].as_array()) {
      info.checks.push_back("CONSTRAINT " + quote_name(check["name"].as_string()) + " " +
                            check["definition"].as_string());
    }
    for (const Json& label : row["labels"].as_array()) info.labels.push_back(label.as_string());
    info.subtype = static_cast<Oid>(row["subtype"].as_int());
    info.range_options = row["range_options"].as_string();
    info.multirange = row["multirange"].as_string();
    for (const Json& attribute : row["attributes"].as_array()) {
      info.attributes.push_back({attribute["name"].as_string(), static_cast<Oid>(attribute["type"].as_int()),
                                 static_cast<int>(attribute["typmod"].as_int()), attribute["formatted"].as_string()});
    }
    info.extension = row["extension"].as_string();
    if (!row["definition"].is_null()) info.definition = row["definition"].canonical();
    info.has_binary_form = row["binary"].as_bool();
    catalog.types_.emplace(info.oid, std::move(info));
  }
  return catalog;
}

const TypeInfo* TypeCatalog::find(Oid oid) const {
  const auto found = types_.find(oid);
  return found == types_.end() ? nullptr : &found->second;
}

const TypeInfo* TypeCatalog::find(std::string_view schema, std::string_view name) const {
  for (const auto& [oid, info] : types_) {
    if (info.schema == schema && info.name == name) return &info;
  }
  return nullptr;
}

std::string TypeCatalog::signature(Oid oid) const {
  const TypeInfo* info = find(oid);
  if (info == nullptr) return builtin_signature(oid, lc_monetary_, server_version_);
  if (info->element != 0) return "array(" + signature(info->element) + ")";
  if (info->is_builtin()) return builtin_signature(oid, lc_monetary_, server_version_);
  if (!info->extension.empty()) return "extension(" + info->extension + ":" + info->name + ")";
  switch (info->type) {
    case 'e': {
      Json labels = Json::array();
      for (const std::string& label : info->labels) labels.push(label);
      return "enum(" + labels.canonical() + ")";
    }
    // What a domain refuses changes no value, and the text of a CHECK is not the same again when it has been created.
    case 'd':
      return "domain(" + signature(info->base) + ":" + std::to_string(info->base_typmod) + ")";
    case 'r':
    case 'm':
      return std::string(info->type == 'r' ? "range(" : "multirange(") + signature(info->subtype) + ":" +
             info->range_options + ")";
    case 'c': {
      std::string text = "composite(";
      for (const TypeAttribute& attribute : info->attributes) {
        text +=
            quote_name(attribute.name) + ":" + signature(attribute.type) + ":" + std::to_string(attribute.typmod) + ",";
      }
      return text + ")";
    }
    // A user's base type is what its functions make of it.
    default:
      return info->definition.empty() ? "oid:" + std::to_string(oid)
                                      : "base(" + quote_name(info->name) + ":" + info->definition + ")";
  }
}

std::string across_versions(std::string signature) {
  constexpr std::string_view kBegin = "extension(";
  for (std::size_t at = signature.find(kBegin); at != std::string::npos; at = signature.find(kBegin, at + 1)) {
    const std::size_t version = signature.find(' ', at);
    const std::size_t colon = signature.find(':', at);
    if (version < colon && colon != std::string::npos) signature.erase(version, colon - version);
  }
  return signature;
}

std::string TypeCatalog::meaning(Oid oid) const {
  bool as_text = false;
  logical_type(oid, -1, as_text);
  return meaning_of(signature(oid), as_text, lc_monetary_, server_version_);
}

std::string TypeCatalog::raw_obstacle(Oid oid, int server_version) const {
  if (contains(kRegTypes, oid)) {
    return "refers to an object of one server's catalog";
  }
  const TypeInfo* info = find(oid);
  if (contains(kRefusedIfEmpty, oid)) return "has a binary form that the server does not read if the value is empty";
  if (info == nullptr) return oid < kFirstUnfixedOid ? "" : "is unknown";
  if (!info->has_binary_form) return "has no binary form";
  if (info->is_builtin() && info->element == 0) return {};
  if (info->element != 0) {
    const TypeInfo* element = find(info->element);
    if (server_version < 140000 && element != nullptr && !element->is_builtin()) {
      return "is an array of a user type, whose binary form contains an OID of one server before PostgreSQL 14";
    }
    return raw_obstacle(info->element, server_version);
  }
  if (info->type == 'c') {
    if (server_version < 140000)
      return "is a composite, whose binary form contains OIDs of one server before PostgreSQL 14";
    for (const TypeAttribute& attribute : info->attributes) {
      const std::string obstacle = raw_obstacle(attribute.type, server_version);
      if (!obstacle.empty()) return "has a field \"" + attribute.name + "\" that " + obstacle;
    }
    return {};
  }
  if (info->base != 0) return raw_obstacle(info->base, server_version);
  if (info->subtype != 0) return raw_obstacle(info->subtype, server_version);
  return {};
}

bool TypeCatalog::names_tables(Oid oid) const {
  constexpr Oid kRegclass = 2205;
  constexpr Oid kRegtype = 2206;
  if (oid == kRegclass || oid == kRegtype) return true;
  const TypeInfo* info = find(oid);
  if (info == nullptr) return false;
  for (const Oid part : {info->element, info->base, info->subtype}) {
    if (part != 0 && names_tables(part)) return true;
  }
  return std::any_of(info->attributes.begin(), info->attributes.end(),
                     [&](const TypeAttribute& attribute) { return names_tables(attribute.type); });
}

DataType TypeCatalog::logical_type(Oid oid, int typmod, bool& as_text) const {
  as_text = false;
  if (const auto builtin = builtin_type(oid, typmod, server_version_)) return *builtin;
  const TypeInfo* info = find(oid);
  if (info != nullptr) {
    if (info->type == 'd') return logical_type(info->base, info->base_typmod, as_text);
    if (info->type == 'e') return simple(TypeKind::kEnum);
    // int2vector and oidvector are arrays without the text form of arrays.
    if (info->element != 0 && !contains(kVectors, oid)) {
      bool element_as_text = false;
      DataType element = logical_type(info->element, typmod, element_as_text);
      // The binary form of an array names its element's OID: a domain's is not its base type's, so it goes as text.
      const TypeInfo* element_info = find(info->element);
      const bool is_domain = element_info != nullptr && element_info->type == 'd';
      if (!element_as_text && !is_domain && element.kind != TypeKind::kArray) {
        DataType type = simple(TypeKind::kArray);
        type.element = std::make_shared<const DataType>(std::move(element));
        return type;
      }
    }
  }
  as_text = true;
  return type_with(text_of(0, false), signature(oid));
}

bool TypeCatalog::refuses_null(Oid oid) const {
  const TypeInfo* info = find(oid);
  return info != nullptr && info->type == 'd' && (info->is_not_null || refuses_null(info->base));
}

bool TypeCatalog::has_default(Oid oid) const {
  const TypeInfo* info = find(oid);
  return info != nullptr && info->type == 'd' && (!info->default_text.empty() || has_default(info->base));
}

std::vector<std::string> TypeCatalog::labels(Oid oid) const {
  const TypeInfo* info = find(oid);
  if (info == nullptr) return {};
  return info->type == 'd' ? labels(info->base) : info->labels;
}

std::string TypeCatalog::create_statement(Oid oid, bool has_multiranges) const {
  const TypeInfo* info = find(oid);
  if (info == nullptr || info->is_builtin() || !info->extension.empty() || info->element != 0) return {};
  const std::string name = quote_name(info->schema, info->name);
  switch (info->type) {
    case 'e': {
      std::string labels;
      for (const std::string& label : info->labels) labels += (labels.empty() ? "" : ", ") + quote_literal(label);
      return "CREATE TYPE " + name + " AS ENUM (" + labels + ")";
    }
    case 'd': {
      std::string sql = "CREATE DOMAIN " + name + " AS " + info->base_formatted;
      if (!info->collation.empty()) sql += " COLLATE " + info->collation;
      if (!info->default_text.empty()) sql += " DEFAULT " + info->default_text;
      if (info->is_not_null) sql += " NOT NULL";
      for (const std::string& check : info->checks) sql += " " + check;
      return sql;
    }
    case 'c': {
      std::string fields;
      for (const TypeAttribute& attribute : info->attributes) {
        fields += (fields.empty() ? "" : ", ") + quote_name(attribute.name) + " " + attribute.formatted;
      }
      return "CREATE TYPE " + name + " AS (" + fields + ")";
    }
    case 'r':
      return "CREATE TYPE " + name + " AS RANGE (" + info->range_options +
             (info->multirange.empty() || !has_multiranges ? "" : ", MULTIRANGE_TYPE_NAME = " + info->multirange) + ")";
    default:
      return {};
  }
}

void TypeCatalog::dependencies(Oid oid, std::vector<Oid>& ordered) const {
  const TypeInfo* info = find(oid);
  if (info == nullptr || contains(ordered, oid)) return;
  if (info->element != 0) dependencies(info->element, ordered);
  if (info->is_builtin()) return;
  if (info->base != 0) dependencies(info->base, ordered);
  if (info->subtype != 0) dependencies(info->subtype, ordered);
  for (const TypeAttribute& attribute : info->attributes) dependencies(attribute.type, ordered);
  if (info->element == 0) ordered.push_back(oid);
}

// Money needs the server's lc_monetary, so it is not plain.
bool is_plain_type(Oid oid) { return oid != 790 && builtin_type(oid, -1, 0).has_value(); }

std::string char_form(std::string_view signature, int server_version) {
  if (signature.find(kChar) == std::string_view::npos) return {};
  return server_version >= kOctalChars ? "\"char\" above 127 in octal" : "\"char\" above 127 as a byte";
}

std::string meaning_of(std::string_view signature, bool travels_as_text, const std::string& lc_monetary,
                       int server_version) {
  std::string meaning;
  if (signature.find(kMoney) != std::string_view::npos) meaning = "lc_monetary=" + lc_monetary;
  const std::string form = travels_as_text ? char_form(signature, server_version) : "";
  return meaning + (meaning.empty() || form.empty() ? "" : ", ") + form;
}

std::string signature_on(std::string signature, int server_version) {
  const bool is_infinite = server_version >= kInfiniteIntervals;
  const std::string_view from = is_infinite ? kFiniteInterval : kInfiniteInterval;
  const std::string_view to = is_infinite ? kInfiniteInterval : kFiniteInterval;
  for (std::size_t at = signature.find(from); at != std::string::npos; at = signature.find(from, at + to.size())) {
    signature.replace(at, from.size(), to);
  }
  return signature;
}

DataType type_with(DataType type, std::string_view signature) {
  const bool can_hold = type.kind == TypeKind::kInterval || type.kind == TypeKind::kText;
  type.has_infinity = can_hold && signature.find(kInfiniteInterval) != std::string_view::npos;
  if (type.element) type.element = std::make_shared<const DataType>(type_with(*type.element, signature));
  return type;
}

std::string type_closure_sql(int server_version) {
  const std::string multirange =
      server_version >= 140000 ? " UNION ALL SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = t.oid" : "";
  const std::string multirange_name =
      server_version >= 140000
          ? "(SELECT quote_ident(mn.nspname) || '.' || quote_ident(mt.typname) FROM pg_range r JOIN pg_type mt ON "
            "mt.oid = r.rngmultitypid JOIN pg_namespace mn ON mn.oid = mt.typnamespace WHERE r.rngtypid = t.oid)"
          : "NULL";
  const std::string multirange_subtype = server_version >= 140000
                                             ? "(SELECT r.rngtypid::int8 FROM pg_range r WHERE r.rngmultitypid = t.oid)"
                                             : "NULL::int8";
  return R"(WITH RECURSIVE closure(oid) AS (
  SELECT unnest($1::oid[])
  UNION
  SELECT x.oid FROM closure c JOIN pg_type t ON t.oid = c.oid CROSS JOIN LATERAL (
    SELECT t.typelem AS oid WHERE t.typcategory = 'A' AND t.typelem <> 0
    UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd'
    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid
    UNION ALL SELECT a.atttypid FROM pg_attribute a
      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)" +
         multirange + R"() x)
SELECT coalesce(jsonb_agg(jsonb_build_object(
  'oid', t.oid::int8, 'schema', n.nspname, 'name', t.typname, 'formatted', format_type(t.oid, NULL),
  'type', t.typtype::text, 'category', t.typcategory::text, 'element', t.typelem::int8, 'base', t.typbasetype::int8,
  'base_typmod', t.typtypmod,
  'base_formatted', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
  'not_null', t.typnotnull, 'default', t.typdefault,
  'collation', (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_collation co
     JOIN pg_namespace cn ON cn.oid = co.collnamespace JOIN pg_type b ON b.oid = t.typbasetype
     WHERE t.typtype = 'd' AND co.oid = t.typcollation AND t.typcollation <> b.typcollation),
  'checks', (SELECT jsonb_agg(jsonb_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))
     ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'),
  'labels', (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
  'subtype', coalesce((SELECT r.rngsubtype::int8 FROM pg_range r WHERE r.rngtypid = t.oid), )" +
         multirange_subtype + R"(),
  'multirange', )" +
         multirange_name + R"(,
  'range_options', (SELECT 'SUBTYPE = ' || format_type(r.rngsubtype, NULL)
       || CASE WHEN oc.opcdefault THEN '' ELSE ', SUBTYPE_OPCLASS = ' || quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) END
       || CASE WHEN r.rngcollation = 0 OR r.rngcollation = st.typcollation THEN ''
          ELSE ', COLLATION = ' || quote_ident(rcn.nspname) || '.' || quote_ident(rc.collname) END
       || CASE WHEN r.rngsubdiff = 0 THEN '' ELSE ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc::text END
     FROM pg_range r JOIN pg_opclass oc ON oc.oid = r.rngsubopc JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
     JOIN pg_type st ON st.oid = r.rngsubtype
     LEFT JOIN pg_collation rc ON rc.oid = r.rngcollation LEFT JOIN pg_namespace rcn ON rcn.oid = rc.collnamespace
     WHERE r.rngtypid = t.oid),
  'attributes', (SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', a.atttypid::int8, 'typmod', a.atttypmod,
       'formatted', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
     FROM pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
  'definition', CASE WHEN t.typtype = 'b' AND t.oid >= 16384 AND NOT (t.typcategory = 'A' AND t.typelem <> 0) THEN
     jsonb_build_array(t.typlen, t.typbyval, t.typalign::text, t.typstorage::text, t.typdelim::text,
       (SELECT jsonb_agg(jsonb_build_array(l.lanname, p.prosrc, regexp_replace(p.probin, '^.*/', '')) ORDER BY f.ordinality)
        FROM unnest(ARRAY[t.typinput::oid, t.typoutput::oid, t.typreceive::oid, t.typsend::oid]) WITH ORDINALITY f(oid, ordinality)
        LEFT JOIN pg_proc p ON p.oid = f.oid LEFT JOIN pg_language l ON l.oid = p.prolang)) END,
  'extension', (SELECT x.extname || ' ' || x.extversion FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
     WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
       AND d.refclassid = 'pg_extension'::regclass),
  'binary', t.typsend <> 0 AND t.typreceive <> 0) ORDER BY t.oid), '[]'::jsonb)::text, current_setting('lc_monetary')
FROM closure c JOIN pg_type t ON t.oid = c.oid JOIN pg_namespace n ON n.oid = t.typnamespace)";
}

DeclaredType declared_type_for(const DataType& type, int server_version) {
  const auto rename = [&](const DataType& scalar) -> std::string {
    // Older servers lack xid8; its values are numbers.
    if (scalar.kind == TypeKind::kUInt64) return "numeric(20,0)";
    const bool has_odd_scale =
        scalar.kind == TypeKind::kNumeric && (scalar.scale < 0 || scalar.scale > scalar.precision);
    if (has_odd_scale && server_version < kOddScales) return "numeric";
    return type_name(portable_type(scalar));
  };
  const bool is_array = type.kind == TypeKind::kArray && type.element;
  DeclaredType declared;
  declared.name = is_array ? rename(*type.element) + "[]" : rename(type);
  auto parsed = parse_type_name(declared.name);
  if (!parsed) return {"", type, false};
  declared.type = type_on(*std::move(parsed), server_version);
  return declared;
}

std::optional<DeclaredType> restored_type(Oid oid, int typmod, const std::string& name, const DataType& type,
                                          bool travels_as_text, int server_version) {
  if (oid >= kFirstUnfixedOid || contains(kRegTypes, oid)) return std::nullopt;
  DeclaredType restored{name, {}, false};
  restored.type = TypeCatalog(server_version).logical_type(oid, typmod, restored.travels_as_text);
  const auto without_infinity = [](const DataType& from) { return type_with(from, ""); };
  const bool is_same =
      restored.travels_as_text == travels_as_text && without_infinity(restored.type) == without_infinity(type);
  if (!is_same) return std::nullopt;
  return restored;
}

}  // namespace dpone::postgres
