// ValueForms: converts dates, times and numbers in a file's formats to dpone's formats, and back. Converts text to
// text, so that one reader and one writer of values are enough. Immutable. Spec: docs/formats/delimited.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/codec/delimited/format.h"
#include "dpone/data/temporal_pattern.h"
#include "dpone/data/type.h"

namespace dpone::delimited {

class ValueForms {
 public:
  // Class kUsage, slug temporal.pattern.
  static Result<ValueForms> create(const DelimitedFormat& format);

  bool is_default() const { return !date_ && !timestamp_ && decimal_ == '.'; }
  // Whether values of that kind have another format.
  bool has(TypeKind kind) const;
  // What `text` of the file is as value_parse.h reads it. False if it is not of its form. REQUIRES: has(kind).
  bool read(std::string_view text, TypeKind kind, std::string& out) const;
  // Converts `text`, which value_text.h printed, to the file's format. False if the format cannot represent all of it.
  bool write(std::string_view text, TypeKind kind, std::string& out) const;

 private:
  std::optional<TemporalPattern> date_;
  std::optional<TemporalPattern> timestamp_;
  char decimal_ = '.';
};

}  // namespace dpone::delimited
