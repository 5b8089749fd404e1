// CSV and its kin as a RowFormat, by codec/delimited.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "dpone/base/text_front.h"
#include "dpone/base/utf8.h"
#include "dpone/codec/delimited/decoder.h"
#include "dpone/codec/delimited/encoder.h"
#include "dpone/rowfile/row_format.h"

namespace dpone::rowfile {
namespace {

constexpr std::int64_t kMostRowBytes = std::int64_t{1} << 30;

class CsvEncoder final : public RowEncoder {
 public:
  explicit CsvEncoder(delimited::Encoder encoder) : encoder_(std::move(encoder)) {}
  void append_header(std::string& out) override { encoder_.append_header(out); }
  Status encode(const Batch& batch, std::string& out) override { return encoder_.encode(batch, out); }

 private:
  delimited::Encoder encoder_;
};

Error header_error(std::string slug, std::string why, std::string hint) {
  return Error(ErrorClass::kFailed, std::move(slug), std::move(why)).hint(std::move(hint));
}

// Whether quotes are closed before the end of `text`.
bool ends_quoted(std::string_view text, char quote) {
  return quote != '\0' && std::count(text.begin(), text.end(), quote) % 2 != 0;
}

class CsvFormat final : public RowFormat {
 public:
  CsvFormat(delimited::DelimitedFormat format, delimited::ValueForms forms, bool is_delimiter_given)
      : format_(std::move(format)), forms_(std::move(forms)), is_delimiter_given_(is_delimiter_given) {}

  bool has_fixed_names() const override { return true; }
  bool tells_apart(TypeKind kind) const override { return forms_.has(kind); }

  Result<Sample> sample(std::string_view front, bool is_whole, std::int64_t max_rows) const override {
    Sample sample;
    DPONE_TRY(sample.names, read_names(front, is_whole));
    sample.guesses.resize(sample.names.size());
    // Runs of rows are returned as they are decoded, so that none is lost if the sample ends inside one.
    delimited::DecoderOptions options;
    options.skip_records = format_.has_header ? 1 : 0;
    options.target_rows = 1;
    options.max_row_bytes = kMostRowBytes;
    options.on_reject = [](const delimited::RejectedRow&) { return Status(); };
    Schema schema;
    for (const std::string& name : sample.names) schema.push_back({name, DataType(), true});
    DPONE_TRY(delimited::Decoder decoder, make(sample.names, std::move(schema), std::move(options)));
    // A truncated record would be read as if it were complete.
    if (!is_whole) front = front.substr(0, front.rfind('\n') + 1);
    // If the decoder refuses the text, the load will report the error.
    while (!front.empty() && sample.rows < max_rows) {
      const std::span<char> room = decoder.room();
      const std::size_t count = std::min(room.size(), front.size());
      front.substr(0, count).copy(room.data(), count);
      front.remove_prefix(count);
      if (!decoder.commit(count)) return sample;
      while (const auto batch = decoder.take()) look(*batch, max_rows, sample);
    }
    auto last = decoder.finish();
    std::optional<Batch> batch = last ? std::move(*last) : decoder.take();
    for (; batch; batch = decoder.take()) look(*batch, max_rows, sample);
    // Rows decoded beyond the greatest number are ignored.
    if (decoder.row_count() > 0) sample.bytes = decoder.byte_count() * sample.rows / decoder.row_count();
    return sample;
  }

  Result<std::unique_ptr<RowDecoder>> make_decoder(const std::vector<std::string>& names, Schema schema,
                                                   RowDecoderOptions options) const override {
    delimited::DecoderOptions with;
    with.skip_records = format_.has_header ? 1 : 0;
    with.max_row_bytes = std::min(options.max_row_bytes, kMostRowBytes);
    with.target_bytes = kBatchBytes;
    with.checks_json = options.checks_json;
    if (options.on_reject) {
      with.on_reject = [take = std::move(options.on_reject)](const delimited::RejectedRow& row) {
        return take({row.row, row.line, row.text, row.error});
      };
    }
    DPONE_TRY(delimited::Decoder decoder, make(names, std::move(schema), std::move(with)));
    return std::unique_ptr<RowDecoder>(std::make_unique<CodecDecoder<delimited::Decoder>>(std::move(decoder)));
  }

  Result<std::unique_ptr<RowEncoder>> make_encoder(Schema schema) const override {
    DPONE_TRY(delimited::Encoder encoder, delimited::Encoder::create(std::move(schema), format_));
    return std::unique_ptr<RowEncoder>(std::make_unique<CsvEncoder>(std::move(encoder)));
  }

 private:
  Result<delimited::Decoder> make(const std::vector<std::string>& names, Schema schema,
                                  delimited::DecoderOptions options) const {
    delimited::DecodeLayout layout;
    layout.fields = names.size();
    std::unordered_map<std::string_view, std::size_t> field_of;
    for (std::size_t i = 0; i < names.size(); ++i) field_of.emplace(names[i], i);
    for (const Field& field : schema) {
      const auto found = field_of.find(field.name);
      layout.field_of.push_back(found == field_of.end() ? names.size() : found->second);
    }
    layout.schema = std::move(schema);
    return delimited::Decoder::create(std::move(layout), format_, std::move(options));
  }

  Result<std::vector<std::string>> read_names(std::string_view front, bool is_whole) const {
    DPONE_CHECK(refuse_foreign_encoding(front, "delimited.encoding"));
    front.remove_prefix(byte_order_marks(front));
    DPONE_CHECK(refuse_excel_line(front));
    if (front.empty()) {
      return format_.has_header ? header_error("file.no_header", "the file is empty, but must have a header",
                                               "write the header, even if there are no rows")
                                : header_error("file.no_header", "the file is empty, so its columns are unknown",
                                               "a file without a header needs at least one row");
    }
    front = front.substr(0, kMostHeaderBytes);
    is_whole = is_whole && front.size() < kMostHeaderBytes;
    const delimited::Record record = delimited::read_record(front, format_);
    const bool is_cut = record.bytes == front.size() && front.back() != '\n';
    if (delimited::has_lone_return(front.substr(0, record.bytes), format_.quote)) {
      return header_error("delimited.line_end", "the first record has a carriage return without a line feed",
                          std::string(delimited::kLoneReturnHint));
    }
    if (ends_quoted(front.substr(0, record.bytes), format_.quote)) {
      return header_error("delimited.unclosed_quote", "the first record never closes a quote",
                          "look for a quote that is not doubled");
    }
    if (is_cut && !is_whole) {
      return header_error("file.bad_header", "the first record does not end within 1 MiB",
                          "check the format and the line ends");
    }
    if (record.fields.size() == 1) DPONE_CHECK(refuse_other_delimiter(record.fields[0], front.substr(record.bytes)));
    if (!format_.has_header) {
      std::vector<std::string> names;
      for (std::size_t i = 0; i < record.fields.size(); ++i) names.push_back(fmt::format("column_{}", i + 1));
      return names;
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
      const std::string& name = record.fields[i];
      if (name.find('\0') != std::string::npos) {
        return header_error("delimited.zero_byte", "the header has a zero byte", "check that it is a text file");
      }
      if (find_invalid_utf8(name) != std::string::npos) {
        return header_error("delimited.encoding", "the header is not UTF-8",
                            "convert the file first: iconv -t UTF-8 -f ENCODING");
      }
      if (name.empty()) {
        return header_error("file.bad_header", fmt::format("field {} of the header has no name", i + 1),
                            "give every column a name, or set header: false");
      }
      if (name.find_first_of("\n\r") != std::string::npos) {
        return header_error("file.bad_header", fmt::format("field {} of the header has a line end in its name", i + 1),
                            "look for a quote that is not closed");
      }
      if (!seen.insert(name).second) {
        return header_error("file.bad_header", fmt::format("the header names column \"{}\" twice", name),
                            "rename one of the two");
      }
    }
    return record.fields;
  }

  // `--delimiter ';'` as a shell takes it.
  static std::string delimiter_flag(char delimiter) {
    return delimiter == '\t' ? "--delimiter tab" : fmt::format("--delimiter '{}'", delimiter);
  }

  // Excel's first line of a file with another delimiter, `sep=;`, is neither a header nor a row.
  static Status refuse_excel_line(std::string_view text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() < 5 || !line.starts_with("sep=") ||
        line.substr(5).find_first_not_of('\r') != std::string_view::npos) {
      return {};
    }
    return header_error(
        "delimited.delimiter", "the first line is Excel's sep= and not a row",
        fmt::format("remove that line (tail -n +2) and use {} (source.options.delimiter)", delimiter_flag(line[4])));
  }

  // With a first record of one field that contains another delimiter, everything would be one column. Without a header
  // the next record must contain as many.
  Status refuse_other_delimiter(std::string_view field, std::string_view rest) const {
    if (is_delimiter_given_) return {};
    const std::string_view next = rest.substr(0, rest.find('\n'));
    for (const char other : {';', '\t', '|', ','}) {
      const auto count = std::count(field.begin(), field.end(), other);
      if (other == format_.delimiter || count == 0) continue;
      if (!format_.has_header && std::count(next.begin(), next.end(), other) != count) continue;
      const std::string shown = other == '\t' ? "tabs" : fmt::format("'{}'", other);
      return header_error(
          "delimited.delimiter",
          fmt::format("the first record is one field that contains {}: the delimiter may be wrong", shown),
          fmt::format("use {} (source.options.delimiter); or, if it really is one column, {}", delimiter_flag(other),
                      delimiter_flag(format_.delimiter)));
    }
    return {};
  }

  static TypeKind kind_of(std::string_view text) {
    TypeGuess alone;
    alone.look(text, 0);
    return alone.verdict().type.kind;
  }
  // A value in a declared format has its type; a value that only matches the default format is a text.
  void look_at(std::string_view text, std::int64_t row, TypeGuess& guess) const {
    if (forms_.is_default()) return guess.look(text, row);
    std::string canonical;
    for (const TypeKind kind : {TypeKind::kDate, TypeKind::kTimestamp, TypeKind::kNumeric}) {
      if (!forms_.has(kind) || !forms_.read(text, kind, canonical)) continue;
      if (forms_.has(kind_of(canonical))) return guess.look(canonical, row);
    }
    return forms_.has(kind_of(text)) ? guess.look_at_text(row) : guess.look(text, row);
  }

  void look(const Batch& batch, std::int64_t max_rows, Sample& sample) const {
    const std::int64_t rows = std::min(batch.num_rows(), max_rows - sample.rows);
    for (int i = 0; i < batch.num_columns(); ++i) {
      const Column& column = batch.column(i);
      TypeGuess& guess = sample.guesses[static_cast<std::size_t>(i)];
      for (std::int64_t row = 0; row < rows; ++row) {
        if (!column.is_null(row)) look_at(column.bytes_at(row), sample.rows + row + 1, guess);
      }
    }
    sample.rows += rows;
  }

  delimited::DelimitedFormat format_;
  delimited::ValueForms forms_;
  bool is_delimiter_given_;
};

}  // namespace

Result<std::unique_ptr<RowFormat>> make_csv_format(const FormatSettings& settings) {
  delimited::DelimitedFormat format{settings.delimiter,  settings.quote,       settings.null_text,
                                    settings.has_header, settings.date_format, settings.timestamp_format,
                                    settings.decimal};
  DPONE_CHECK(delimited::check(format));
  DPONE_TRY(delimited::ValueForms forms, delimited::ValueForms::create(format));
  return std::unique_ptr<RowFormat>(
      std::make_unique<CsvFormat>(std::move(format), std::move(forms), settings.is_delimiter_given));
}

}  // namespace dpone::rowfile
