#include "dpone/plan/type_map.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "dpone/base/contains.h"
#include "dpone/base/nearest.h"
#include "dpone/data/conversion.h"
#include "dpone/data/type_name.h"
#include "dpone/data/type_traits.h"
#include "dpone/plan/strategy/strategy.h"
#include "dpone/ports/column_index.h"

namespace dpone::plan {
namespace {

Status check_names(const std::vector<std::string>& wanted, const SourceFacts& source, std::string_view option) {
  const ColumnIndex columns(source);
  for (const std::string& name : wanted) {
    if (columns.find(name) == nullptr) return no_column(source, name, option);
  }
  return {};
}

// Whether a text that is a value of `from` is the same value when it is read as `to`, or none: a number that is
// rounded, or a text that would be taken for JSON, is another.
bool is_read_alike(const DataType& from, const DataType& to) {
  const auto is_integer = [](const DataType& type) { return traits_of(type).family == TypeFamily::kInteger; };
  if (is_integer(from)) return is_integer(to);
  switch (from.kind) {
    case TypeKind::kDecimal:
    case TypeKind::kNumeric:
      return to.kind == TypeKind::kDecimal;
    case TypeKind::kText:
      return to.kind == TypeKind::kText || to.kind == TypeKind::kEnum;
    case TypeKind::kArray:
      return to.kind == TypeKind::kArray && from.element && to.element && is_read_alike(*from.element, *to.element);
    case TypeKind::kTime:
    case TypeKind::kTimeTz:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kBit:
      return from.kind == to.kind;
    default:
      return false;
  }
}

// Whether a column of that type may have been made of the values of a file, as rowfile/type_guess.h does.
bool is_guess(const DataType& type) {
  constexpr int kGuessedPrecisions[] = {18, 38};
  constexpr int kMicroseconds = 6;
  switch (type.kind) {
    case TypeKind::kBool:
    case TypeKind::kInt64:
    case TypeKind::kFloat64:
    case TypeKind::kNumeric:
    case TypeKind::kDate:
    case TypeKind::kUuid:
    case TypeKind::kJson:
      return true;
    case TypeKind::kDecimal:
      return type.precision == kGuessedPrecisions[0] || type.precision == kGuessedPrecisions[1];
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return type.scale == kMicroseconds;
    case TypeKind::kText:
      return type.length == 0;
    default:
      return false;
  }
}

// Whether the target's column was guessed by the run that made it. Receipts of earlier builds do not say.
bool is_kept_guess(const PriorReceipts& prior, const TargetColumn& column) {
  const auto& newest = prior.newest_of_target;
  const bool is_known = !newest || !newest->guessed_columns || contains(*newest->guessed_columns, column.name);
  return is_known && is_guess(column.type);
}

// How a value of `from` becomes one of `to`; fails when some value could be altered unseen. `wanted` is what the sink
// would make for it.
Status decide(ColumnPolicy& policy, const SourceColumn& from, const TargetColumn& wanted, const TargetColumn& to) {
  const auto mismatch = [&](std::string why) {
    return Error(ErrorClass::kFailed, "type.mismatch",
                 "column \"" + from.name + "\" is " + from.native_type + " at the source and " + to.native_type +
                     " at the target: " + std::move(why))
        .with("column", from.name)
        .hint(
            from.is_textual
                ? "alter the target's column, declare another type (source.options.types), or leave the column out "
                  "with "
                  "source.options.exclude; a target that dpone created from inferred types may be dropped and recreated"
                : "alter the target's column, cast in a source query, or leave the column out with exclude; a "
                  "target that dpone created from inferred types may be dropped and recreated");
  };
  policy.source_native = from.native_type;
  policy.sink_native = to.native_type;
  policy.type = from.type;
  policy.sink_type = to.type;
  policy.is_nullable = to.is_nullable;
  policy.labels = to.labels;
  policy.travels_as_text = from.travels_as_text || to.travels_as_text;
  if (!to.refusal.empty()) return mismatch(to.refusal);
  if (from.meaning != to.meaning) {
    return mismatch("its values have another meaning there (" + from.meaning +
                    (from.meaning.empty() || to.meaning.empty() ? "" : " and ") + to.meaning + ")");
  }
  // A text is read as the target's type, not as the inferred type.
  if (from.is_inferred && (from.type != to.type || to.travels_as_text)) {
    const bool is_any_text = to.type.kind == TypeKind::kText && to.type.length == 0 && !to.travels_as_text;
    policy.type = to.type;
    policy.travels_as_text = to.travels_as_text;
    policy.fidelity = is_any_text ? Fidelity::kIdentical : Fidelity::kChecked;
    return {};
  }
  // The same type may have other values in another version, and another name: an extension is in a schema.
  const bool is_same = from.native_type == to.native_type ||
                       (from.travels_as_text && wanted.travels_as_text && wanted.native_type == to.native_type);
  if (is_same && (from.type == to.type || policy.travels_as_text)) {
    policy.fidelity = from.type == to.type ? Fidelity::kIdentical : Fidelity::kChecked;
    return {};
  }
  if (policy.travels_as_text) {
    const bool becomes_text =
        !to.travels_as_text && (to.type.kind == TypeKind::kText || to.type.kind == TypeKind::kEnum);
    if (!becomes_text) return mismatch("dpone has no lossless conversion between them");
  }
  bool is_checked = false;
  if (!can_convert(from.type, to.type, &is_checked)) return mismatch("dpone has no lossless conversion between them");
  policy.fidelity = is_checked ? Fidelity::kChecked : Fidelity::kReversible;
  // What reads the text can say which row of which file does not fit, and leave it out.
  if (is_checked && from.is_textual && is_read_alike(from.type, to.type)) policy.type = to.type;
  return {};
}

// Whether the run puts another table into the place of one that dpone made.
bool is_exchanged(const manifest::Manifest& manifest, const TargetFacts& target) {
  const std::string wanted = manifest.sink.options.text("overwrite_type");
  if (!strategy::of(manifest).replaces || (wanted != "auto" && wanted != "exchange")) return false;
  return std::any_of(target.publish.begin(), target.publish.end(), [](const PublishOption& option) {
    return option.method == "exchange" && option.blockers.empty();
  });
}

// Whether `wanted` can hold every value of the target's column `to`, and the sink can change the column to it.
bool is_widened(const SourceColumn& from, const TargetColumn& wanted, const TargetColumn& to,
                const TargetFacts& target) {
  const bool is_typed = !from.is_inferred && !from.travels_as_text && !to.travels_as_text && !wanted.travels_as_text &&
                        wanted.type.kind != TypeKind::kEnum && wanted.meaning == to.meaning;
  if (!is_typed || wanted.type == to.type) return false;
  const bool is_same_type = wanted.native_type == to.native_type;
  if (!is_same_type && (!target.can_retype || !parse_type_name(wanted.native_type))) return false;
  bool is_checked = false;
  return can_convert(to.type, wanted.type, &is_checked) && !is_checked;
}

bool is_same_key(const KeyFacts& a, const KeyFacts& b) { return a.name == b.name && a.columns == b.columns; }

bool is_among(const std::vector<KeyFacts>& keys, const KeyFacts& key) {
  return std::any_of(keys.begin(), keys.end(), [&](const KeyFacts& other) { return is_same_key(key, other); });
}

// Keys that dpone created, and that the source, or the manifest, no longer has. Other keys stay.
std::vector<KeyFacts> dropped_keys(const manifest::Manifest& manifest, const SourceFacts& source,
                                   const TargetFacts& target, const std::vector<KeyFacts>& made) {
  const std::vector<KeyFacts> wanted = with_declared_key(source.keys, strategy::question_of(manifest, source).key);
  std::vector<KeyFacts> out;
  for (const KeyFacts& key : target.keys) {
    if (is_among(made, key) && !has_key_of(wanted, key.columns)) out.push_back(key);
  }
  return out;
}

// The target's column as the source has it now; it is replaced with its table. Appends what changes to `notes`.
TargetColumn follow_source(const SourceColumn& from, const TargetColumn& wanted, const TargetColumn& to,
                           const TargetFacts& target, const std::vector<KeyFacts>& dropped,
                           std::vector<std::string>& notes) {
  TargetColumn followed = to;
  ColumnPolicy ignored;
  bool is_checked = true;
  const bool keeps_all = decide(ignored, from, wanted, to).has_value() && can_convert(from.type, to.type, &is_checked);
  if ((!keeps_all || is_checked) && is_widened(from, wanted, to, target)) {
    followed.native_type = wanted.native_type;
    followed.type = wanted.type;
    notes.push_back("column \"" + from.name + "\" of the target, which dpone created, becomes " +
                    (wanted.native_type == to.native_type ? wanted.type.to_string() : wanted.native_type) +
                    " as at the source");
  }
  const bool is_in_key = std::any_of(target.keys.begin(), target.keys.end(), [&](const KeyFacts& key) {
    return key.is_primary && contains(key.columns, to.name) && !is_among(dropped, key);
  });
  if (target.can_loosen && from.is_nullable && !to.is_nullable && !to.has_default && !is_in_key) {
    followed.is_nullable = true;
    notes.push_back("column \"" + from.name +
                    "\" of the target, which dpone created, now allows NULL as at the source");
  }
  return followed;
}

}  // namespace

Error no_column(const SourceFacts& source, const std::string& name, std::string_view option) {
  std::vector<std::string> known;
  for (const SourceColumn& column : source.columns) known.push_back(column.name);
  const std::string near = nearest_name(name, known);
  return Error(ErrorClass::kFailed, "source.no_column", "the source has no column \"" + name + "\"")
      .with("relation", source.relation)
      .with("option", std::string(option))
      .hint(near.empty() ? "names are case-sensitive" : "did you mean \"" + near + "\"?");
}

Result<std::vector<std::string>> select_columns(const manifest::Manifest& manifest, const SourceFacts& source) {
  const std::vector<std::string> wanted = manifest.source.options.names("columns");
  const std::vector<std::string> excluded = manifest.source.options.names("exclude");
  DPONE_CHECK(check_names(wanted, source, "source.options.columns"));
  DPONE_CHECK(check_names(excluded, source, "source.options.exclude"));
  const std::set<std::string_view> is_wanted(wanted.begin(), wanted.end());
  const std::set<std::string_view> is_excluded(excluded.begin(), excluded.end());
  std::vector<std::string> selected;
  for (const SourceColumn& column : source.columns) {
    if (!wanted.empty() && !is_wanted.contains(column.name)) continue;
    if (is_excluded.contains(column.name)) continue;
    selected.push_back(column.name);
  }
  if (selected.empty() && !source.columns.empty()) {
    return Error(ErrorClass::kFailed, "source.no_columns", "no column of the source is selected")
        .with("relation", source.relation)
        .hint("check source.options.columns and exclude");
  }
  return selected;
}

Result<ColumnMap> map_columns(const manifest::Manifest& manifest, const SourceFacts& source, const TargetFacts& target,
                              const TargetFacts& proposed, const PriorReceipts& prior) {
  ColumnMap map;
  const auto& own = prior.newest_of_process;
  const bool is_ours = own && own->target_created && own->target_identity == target.identity;
  const bool follows = manifest.sink.options.text("new_columns") == "follow";
  const bool takes_shape = is_ours && follows && is_exchanged(manifest, target) &&
                           std::none_of(target.columns.begin(), target.columns.end(),
                                        [](const TargetColumn& column) { return column.is_generated; });
  if (takes_shape && target.can_loosen) {
    map.dropped_keys = dropped_keys(manifest, source, target, own->made_keys);
    for (const KeyFacts& key : map.dropped_keys) {
      std::string columns;
      for (const std::string& column : key.columns) columns += (columns.empty() ? "" : ", ") + column;
      map.notes.push_back(std::string(key.is_primary ? "the primary key (" : "the unique key (") + columns +
                          ") of the target, which dpone made, is dropped as at the source");
    }
  }
  bool has_guess = false;
  const ColumnIndex from_source(source);
  const ColumnIndex in_target(target);
  const bool has_columns = target.exists && target.has_fixed_columns;
  const std::string outcome = source.leaves_wrong_out ? "rejects its row" : "ends the run";
  for (const TargetColumn& wanted : proposed.columns) {
    const SourceColumn& from = *from_source.find(wanted.name);
    const TargetColumn* to = has_columns ? in_target.find(wanted.name) : &wanted;
    if (to != nullptr && to->is_generated) {
      map.notes.push_back("column \"" + from.name + "\" is generated by the target and is not loaded");
      continue;
    }
    if (to == nullptr) {
      // A column that the last run loaded is not new: it was dropped or renamed.
      if (own && contains(own->columns, from.name)) {
        return Error(ErrorClass::kRefused, "schema.target_column_gone",
                     "the last run loaded column \"" + from.name + "\", but the target no longer has it")
            .with("target", target.relation)
            .with("column", from.name)
            .hint("leave it out with source.options.exclude if it is no longer needed; or add it to the target");
      }
      const bool is_incremental = !strategy::of(manifest).replaces;
      if (is_incremental || !is_ours || !follows || !from.is_nullable) {
        const std::string why = is_incremental ? "an incremental run does not change the target's columns"
                                : !is_ours     ? "dpone did not create the target"
                                : !follows     ? "sink.options.new_columns is fail"
                                               : "the column is NOT NULL at the source";
        return Error(ErrorClass::kRefused, "schema.new_column",
                     "the source has column \"" + from.name + "\", but the target lacks it, and " + why)
            .with("target", target.relation)
            .with("column", from.name)
            .hint(is_incremental ? "add the column to the target and set the start with --start-cursor; or leave "
                                   "the column out with source.options.exclude"
                                 : "add the column to the target, or leave it out with source.options.exclude");
      }
      to = &wanted;
      map.new_columns.push_back(wanted.name);
      map.notes.push_back("new column \"" + from.name + "\" (" + wanted.native_type + ") is added to the target");
    }
    const bool is_new_in_file = target.exists && !has_columns && own && !contains(own->columns, from.name);
    if (is_new_in_file) {
      if (!follows) {
        return Error(ErrorClass::kRefused, "schema.new_column",
                     "the source has column \"" + from.name +
                         "\", which the last run did not load, and sink.options.new_columns is fail")
            .with("target", target.relation)
            .with("column", from.name)
            .hint("leave the column out with source.options.exclude, or let new_columns follow");
      }
      map.notes.push_back("column \"" + from.name + "\" is new in the target");
    }
    TargetColumn followed;
    const bool is_known = has_columns && to != &wanted;
    if (takes_shape && is_known) {
      followed = follow_source(from, wanted, *to, target, map.dropped_keys, map.notes);
      to = &followed;
    }
    ColumnPolicy policy;
    policy.name = from.name;
    policy.sink_name = to->name;
    DPONE_CHECK(decide(policy, from, wanted, *to));
    // The types of a table that dpone made of guesses are guesses still; others were declared, or another system's.
    policy.is_guessed = from.is_inferred && (!has_columns || (prior.is_target_made && is_kept_guess(prior, *to)));
    if (!from.guess.empty() && policy.type == from.type) {
      if (!has_guess) map.notes.push_back(source.guess_basis);
      has_guess = true;
      map.notes.push_back(from.guess);
    }
    if (from.is_inferred && policy.fidelity == Fidelity::kChecked) {
      map.notes.push_back("column \"" + from.name + "\" is read as the target's " + to->native_type +
                          ", not as the inferred type; a value of another type " + outcome);
    } else if (policy.fidelity == Fidelity::kChecked && from.native_type == to->native_type) {
      map.notes.push_back("column \"" + from.name + "\": " + from.native_type +
                          " has other limits at the target; each value is checked, and a value that does not fit " +
                          outcome);
    } else if (policy.fidelity == Fidelity::kReversible) {
      map.notes.push_back("column \"" + from.name + "\": " + from.native_type + " becomes " + to->native_type +
                          ", which holds every value");
    } else if (policy.fidelity == Fidelity::kChecked) {
      map.notes.push_back("column \"" + from.name + "\": " + from.native_type + " becomes " + to->native_type +
                          "; each value is checked, and a value that does not fit " + outcome);
    }
    map.columns.push_back(std::move(policy));
  }
  if (own && target.exists) {
    for (const std::string& name : own->columns) {
      if (from_source.find(name) != nullptr || (has_columns && in_target.find(name) == nullptr)) continue;
      if (has_columns && source.has_optional_columns) continue;
      return Error(ErrorClass::kRefused, "schema.column_gone",
                   "the last run loaded column \"" + name + "\", but the source no longer has it")
          .with("relation", source.relation)
          .with("column", name)
          .hint(target.has_fixed_columns ? "restore the column, or drop it from the target if it is no longer needed"
                : source.has_optional_columns
                    ? "declare it with --type '" + name +
                          "=TYPE' (source.options.types), which makes it NULL; or, if it is no "
                          "longer needed, load into another file"
                    : "restore the column; or, if it is no longer needed, load into another file");
    }
  }
  if (has_columns) {
    std::set<std::string_view> loaded;
    for (const ColumnPolicy& policy : map.columns) loaded.insert(policy.sink_name);
    for (const TargetColumn& column : target.columns) {
      if (loaded.contains(column.name) || column.is_generated) continue;
      if (!column.is_nullable && !column.has_default) {
        return Error(ErrorClass::kFailed, "schema.column_required",
                     "the target's column \"" + column.name +
                         "\" is NOT NULL without a default, and the source does not provide it")
            .with("target", target.relation)
            .with("column", column.name)
            .hint("give the column a default, allow NULL, or select it at the source");
      }
      const bool is_absent = source.has_optional_columns && from_source.find(column.name) == nullptr;
      map.notes.push_back(
          !is_absent ? "the target's column \"" + column.name + "\" is not loaded and takes its default"
                     : "no row of the sample has \"" + column.name + "\": rows get its default or NULL" +
                           (!strategy::of(manifest).replaces ? ", and a row that is updated keeps its value" : ""));
    }
  }
  return map;
}

}  // namespace dpone::plan
