#include "dpone/codec/delimited/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "dpone/base/text_front.h"
#include "dpone/base/utf8.h"
#include "dpone/codec/delimited/decode_columns.h"
#include "dpone/codec/delimited/scanner.h"
#include "dpone/data/buffer.h"
#include "dpone/data/field_rules.h"
#include "dpone/data/type_name.h"

namespace dpone::delimited {
namespace {

constexpr std::size_t kRoom = std::size_t{64} << 10;
// So much is scanned at a time: text, marks and values stay in L2.
constexpr std::size_t kChunkBytes = std::size_t{128} << 10;
// A few characters can stand for a very long number: the decoder checks whether a batch is full after this many such
// rows.
constexpr std::size_t kNumericRunRows = 64;
constexpr std::size_t kGreatestRowBytes = std::size_t{1} << 30;

}  // namespace

class Decoder::Impl {
 public:
  Impl(DecodeLayout layout, DelimitedFormat format, ValueForms forms, DecoderOptions options)
      : format_(std::move(format)),
        forms_(std::move(forms)),
        options_(std::move(options)),
        fields_(layout.fields),
        schema_(std::make_shared<const Schema>(std::move(layout.schema))) {
    for (std::size_t i = 0; i < schema_->size(); ++i) {
      rules_.emplace_back((*schema_)[i]);
      columns_.push_back(compile_decode((*schema_)[i], format_, forms_, options_.checks_json));
      columns_.back()->field = layout.field_of[i];
      const DataType& type = (*schema_)[i].type;
      const TypeKind kind = type.kind == TypeKind::kArray ? type.element->kind : type.kind;
      if (kind == TypeKind::kNumeric) run_rows_ = kNumericRunRows;
    }
  }

  std::span<char> room() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (begin_ != 0 && buffer_.capacity() - end_ < kRoom) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    const std::size_t wanted = std::max(end_ + kRoom, 4 * kChunkBytes);
    if (buffer_.capacity() < wanted) buffer_.reserve(std::max(wanted, 2 * buffer_.capacity()));
    return {buffer_.as<char>() + end_, buffer_.capacity() - end_};
  }

  Status commit(std::size_t bytes) {
    if (error_) return *error_;
    end_ += bytes;
    DPONE_CHECK(kept(take_mark(false)));
    // An incomplete row is scanned again when twice as much of it has arrived.
    while (end_ - begin_ >= std::max(kChunkBytes, look_again_)) {
      DPONE_TRY(const std::size_t used, kept(take_chunk(std::min(end_ - begin_, std::max(kChunkBytes, look_again_)))));
      look_again_ = used == 0 ? 2 * std::max(kChunkBytes, look_again_) : 0;
      if (used == 0 && look_again_ / 2 > static_cast<std::size_t>(options_.max_row_bytes))
        return kept(Status(too_big(begin_)));
    }
    return {};
  }

  std::optional<Batch> take() {
    if (ready_.empty()) return std::nullopt;
    std::optional<Batch> batch(std::move(ready_.front()));
    ready_.pop_front();
    return batch;
  }

  Result<std::optional<Batch>> finish() {
    if (error_) return *error_;
    if (!is_finished_) {
      is_finished_ = true;
      DPONE_CHECK(kept(take_mark(true)));
      while (begin_ != end_) {
        const std::size_t rest = end_ - begin_;
        DPONE_TRY(const std::size_t used, kept(take_chunk(std::min(rest, std::max(kChunkBytes, look_again_)))));
        look_again_ = used == 0 ? 2 * std::max(kChunkBytes, look_again_) : 0;
        if (used == 0 && rest <= look_again_ / 2) {
          DPONE_CHECK(kept(take_last()));
          break;
        }
      }
      if (batch_rows_ != 0) close_batch();
    }
    return take();
  }

  std::int64_t row_count() const { return row_count_; }
  std::int64_t rejected_count() const { return rejected_count_; }
  std::int64_t byte_count() const { return byte_count_; }

 private:
  // A value that is wrong, or what else is wrong with a row.
  struct Fault {
    int row = 0;
    std::size_t column = ~std::size_t{0};
    std::string slug;
    std::string message;
    std::string hint = {};
  };

  // What the scanner located: whole records, of which marks_[1] is the end of the first field.
  struct Records {
    std::size_t marks = 0;   // with marks_[0]; the last of them is a line end
    std::int64_t count = 0;  // of records
    std::int64_t lines = 0;  // that end in them, inside quotes too
    bool is_suspect = false;
    bool is_last = false;  // whose line end is not in the text
  };

  Status kept(Status status) {
    if (!status && !error_) error_ = status.error();
    return status;
  }
  template <class T>
  Result<T> kept(Result<T> result) {
    if (!result && !error_) error_ = result.error();
    return result;
  }

  Error too_big(std::size_t at) {
    return located(Error(ErrorClass::kFailed, "delimited.row_too_big",
                         fmt::format("a row is bigger than {} bytes", options_.max_row_bytes))
                       .hint("look for a quote that is never closed; or raise runtime.max_row_bytes"),
                   at);
  }

  // The line of a record that begins at `at` of the buffer.
  std::int64_t line_of(std::size_t at) {
    const char* const base = buffer_.as<char>();
    // Wrong rows come in their order: lines are counted from the last of them on.
    const std::int64_t offset = byte_count_ + static_cast<std::int64_t>(at - begin_);
    if (counted_.offset < byte_count_ || counted_.offset > offset) counted_ = {byte_count_, line_};
    const std::size_t from = begin_ + static_cast<std::size_t>(counted_.offset - byte_count_);
    counted_ = {offset, counted_.line + std::count(base + from, base + at, '\n')};
    return counted_.line;
  }

  // Adds the position of a record that begins at `at` of the buffer.
  Error located(Error error, std::size_t at) {
    error.add("row", std::to_string(row_count_ + rejected_count_ + 1));
    error.add("line", std::to_string(line_of(at)));
    error.add("offset", std::to_string(byte_count_ + static_cast<std::int64_t>(at - begin_)));
    return error;
  }

  Status take_mark(bool is_end) {
    const std::string_view text(buffer_.as<char>() + begin_, end_ - begin_);
    DPONE_TRY(const std::size_t marks, front_.skip(text, is_end, "delimited.encoding"));
    begin_ += marks;
    byte_count_ += static_cast<std::int64_t>(marks);
    return {};
  }

  // Decodes the complete records in the first `bytes` of the buffer; returns their size in bytes.
  Result<std::size_t> take_chunk(std::size_t bytes) {
    const char* const base = buffer_.as<char>() + begin_;
    marks_.assign(1, ~std::uint32_t{0});
    const Scan found = scan({base, bytes}, format_.delimiter, format_.quote, marks_);
    if (found.has_stray_quote) {
      DPONE_TRY(const std::size_t used, take_strays(bytes));
      return used;
    }
    std::size_t count = marks_.size();
    while (count > 1 && base[marks_[count - 1]] != '\n') --count;
    if (count == 1) return std::size_t{0};
    const bool is_suspect =
        found.has_zero_byte || found.has_stray_return ||
        (!found.is_ascii && find_invalid_utf8({base, marks_[count - 1] + std::size_t{1}}) != std::string_view::npos);
    // Those of a record that is cut are counted when it is whole.
    const std::int64_t lines = found.newlines - std::count(base + marks_[count - 1] + 1, base + bytes, '\n');
    return take_records(base, {count, found.records, lines, is_suspect, false});
  }

  // The same where quotes are in the wrong place, so that no mark behind one can be trusted: its record ends with its
  // line.
  Result<std::size_t> take_strays(std::size_t bytes) {
    std::size_t used = 0;
    while (true) {
      const char* const base = buffer_.as<char>() + begin_;
      const std::size_t rest = bytes - used;
      const StrayQuote stray = find_stray_quote({base, rest}, format_.delimiter, format_.quote);
      if (stray.at == std::string_view::npos) return used;
      if (stray.record != 0) {
        const std::string_view text(base, stray.record);
        marks_.assign(1, ~std::uint32_t{0});
        const Scan found = scan(text, format_.delimiter, format_.quote, marks_);
        const bool is_suspect = found.has_zero_byte || found.has_stray_return ||
                                (!found.is_ascii && find_invalid_utf8(text) != std::string_view::npos);
        DPONE_CHECK(take_records(base, {marks_.size(), found.records, found.newlines, is_suspect, false}));
        used += stray.record;
        continue;
      }
      const void* const line_end = std::memchr(base + stray.at, '\n', rest - stray.at);
      if (line_end == nullptr) return used;
      const auto size = static_cast<std::size_t>(static_cast<const char*>(line_end) - base) + 1;
      DPONE_CHECK(refuse_stray(size));
      used += size;
    }
  }

  // The record in the next `size` bytes, in which a quote is in the wrong place.
  Status refuse_stray(std::size_t size) {
    const Fault fault{
        0, ~std::size_t{0}, "delimited.quote",
        "a row has a quote in the middle of a value, or text after a closing quote",
        "put the value in quotes and double the quotes inside it; or, if quotes are ordinary characters, use "
        "--quote none (source.options.quote)"};
    if (skipped_ < options_.skip_records) {
      return located(
          Error(ErrorClass::kFailed, fault.slug, "the header has a quote in the middle of a name").hint(fault.hint),
          begin_);
    }
    DPONE_CHECK(refuse(fault, 0, size));
    const char* const base = buffer_.as<char>() + begin_;
    line_ += std::count(base, base + size, '\n');
    begin_ += size;
    byte_count_ += static_cast<std::int64_t>(size);
    return {};
  }

  // The last record, which has no line end.
  Status take_last() {
    if (end_ - begin_ > static_cast<std::size_t>(options_.max_row_bytes)) return too_big(begin_);
    buffer_.resize(end_ + 1);
    buffer_.as<char>()[end_] = '\n';
    const char* const base = buffer_.as<char>() + begin_;
    marks_.assign(1, ~std::uint32_t{0});
    const Scan found = scan({base, end_ - begin_}, format_.delimiter, format_.quote, marks_);
    if (found.has_stray_quote) return refuse_stray(end_ - begin_);
    if (found.ends_quoted) {
      return located(Error(ErrorClass::kFailed, "delimited.unclosed_quote", "the text ends inside a quoted value")
                         .hint("the file may be truncated, or a quote in this row is not doubled"),
                     begin_);
    }
    marks_.push_back(static_cast<std::uint32_t>(end_ - begin_));
    const bool is_suspect = found.has_zero_byte || found.has_stray_return ||
                            find_invalid_utf8({base, end_ - begin_}) != std::string_view::npos;
    DPONE_CHECK(take_records(base, {marks_.size(), found.records + 1, found.newlines + 1, is_suspect, true}));
    return {};
  }

  // Decodes whole records and moves begin_ behind them.
  Result<std::size_t> take_records(const char* base, const Records& records) {
    const std::size_t count = records.marks;
    const bool is_last = records.is_last;
    const std::size_t bytes = marks_[count - 1] + std::size_t{1};
    const bool may_be_big = !is_last && bytes > static_cast<std::size_t>(options_.max_row_bytes);
    std::size_t first = 1;
    std::int64_t left = records.count;
    for (; skipped_ < options_.skip_records && first < count; ++skipped_, --left) {
      while (base[marks_[first]] != '\n') ++first;
      ++first;
    }
    const bool are_regular = !may_be_big && are_all_regular(base, first, count, left);
    while (first < count) {
      RowRun run;
      run.base = base;
      run.end = buffer_.as<char>() + buffer_.capacity() + Buffer::kSlack;
      run.marks = marks_.data() + first;
      run.fields = fields_;
      run.count = are_regular ? most_rows(first, count) : regular_rows(base, first, count, may_be_big);
      if (run.count != 0) {
        DPONE_CHECK(take_run(run, records.is_suspect));
        first += static_cast<std::size_t>(run.count) * fields_;
        continue;
      }
      std::size_t last = first;
      while (base[marks_[last]] != '\n') ++last;
      const std::size_t begin = begin_behind(marks_[first - 1]);
      if (may_be_big && is_big(begin, marks_[last])) return too_big(begin_ + begin);
      const std::string_view text(base + begin, marks_[last] + std::size_t{1} - begin);
      const Fault fault = records.is_suspect && has_lone_return(text, format_.quote)
                              ? lone_return()
                              : Fault{0, ~std::size_t{0}, "delimited.field_count",
                                      fmt::format("a row has {} fields instead of {}", last - first + 1, fields_)};
      DPONE_CHECK(refuse(fault, begin, marks_[last] + std::size_t{1} - (is_last && last + 1 == count ? 1 : 0)));
      first = last + 1;
    }
    line_ += records.lines;
    begin_ = std::min(begin_ + bytes, end_);
    byte_count_ += static_cast<std::int64_t>(bytes) - (is_last ? 1 : 0);
    return bytes;
  }

  // Whether a record from `begin` to its line end is bigger than it may be.
  bool is_big(std::size_t begin, std::size_t line_end) const {
    return line_end + 1 - begin > static_cast<std::size_t>(options_.max_row_bytes);
  }

  // Whether each of the `records` has the right number of fields: the number of marks is right, and the last mark of
  // each record is a line end, so no other mark can be one.
  bool are_all_regular(const char* base, std::size_t first, std::size_t count, std::int64_t records) const {
    if (count - first != static_cast<std::size_t>(records) * fields_) return false;
    for (std::size_t mark = first + fields_ - 1; mark < count; mark += fields_) {
      if (base[marks_[mark]] != '\n') return false;
    }
    return true;
  }

  int most_rows(std::size_t first, std::size_t count) const {
    return static_cast<int>(std::min<std::size_t>((count - first) / fields_, run_rows_));
  }

  // How many of the next records, up to a run, have the right number of fields and are not too big.
  int regular_rows(const char* base, std::size_t first, std::size_t count, bool may_be_big) const {
    const std::uint32_t* mark = marks_.data() + first;
    const int most = most_rows(first, count);
    for (int row = 0; row < most; ++row, mark += fields_) {
      bool is_regular = base[mark[fields_ - 1]] == '\n';
      for (std::size_t i = 0; i + 1 < fields_; ++i) is_regular &= base[mark[i]] != '\n';
      if (!is_regular || (may_be_big && is_big(begin_behind(mark[-1]), mark[fields_ - 1]))) return row;
    }
    return most;
  }

  // The beginning of the text after a mark. The mark before the text is ~0: the sum is REQUIRED to wrap before it is
  // widened.
  static std::size_t begin_behind(std::uint32_t mark) { return std::uint32_t{mark + 1U}; }

  static std::size_t row_begin(const RowRun& run, int row) {
    return begin_behind(run.marks[static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * run.fields) - 1]);
  }
  static std::size_t row_end(const RowRun& run, int row) {
    return run.marks[(static_cast<std::size_t>(row) + 1) * run.fields - 1] + std::size_t{1};
  }

  // Decodes the rows of `run`. One that is wrong is refused, and the rest goes on behind it.
  Status take_run(RowRun run, bool is_suspect) {
    while (run.count > 0) {
      RowRun good = run;
      good.count = std::min(run.count, piece_rows_);
      std::optional<Fault> fault;
      if (is_suspect) fault = find_fault(good);
      if (fault) good.count = fault->row;
      // What comes before a wrong value may break a rule of its column: rules are asked of rows that are decoded.
      while (auto wrong = decode(good)) {
        fault = std::move(wrong);
        good.count = fault->row;
        take_back();
      }
      row_count_ += good.count;
      batch_rows_ += good.count;
      if (is_full()) close_batch();
      if (!fault) {
        piece_rows_ = std::min(2 * piece_rows_, kMostRunRows);
        run.marks += static_cast<std::size_t>(good.count) * run.fields;
        run.count -= good.count;
        continue;
      }
      piece_rows_ = fault->row + 1;
      const std::size_t end = row_end(run, fault->row);
      DPONE_CHECK(refuse(*fault, row_begin(run, fault->row), std::min(end, end_ - begin_)));
      run.marks += (static_cast<std::size_t>(fault->row) + 1) * run.fields;
      run.count -= fault->row + 1;
    }
    return {};
  }

  std::optional<Fault> decode(RowRun run) {
    if (run.count == 0) return std::nullopt;
    run.bytes = static_cast<std::int64_t>(row_end(run, run.count - 1) - row_begin(run, 0));
    std::optional<Fault> first;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      DecodeColumn& column = *columns_[i];
      const Field& field = (*schema_)[i];
      const std::int64_t before = column.builder.length();
      int row = column.decode(column, run);
      const auto broken = row < 0 ? rules_[i].find_broken(column.builder, before) : std::nullopt;
      if (broken) row = broken->row;
      if (row < 0 || (first && first->row <= row)) continue;
      constexpr std::size_t kShownBytes = 60;
      const std::string_view text = run.field(static_cast<std::size_t>(row), column.field);
      const std::string_view shown = cut_utf8(text, kShownBytes);
      const std::string value = fmt::format("the value '{}{}'", shown, shown.size() < text.size() ? "..." : "");
      first = broken ? Fault{row, i, broken->is_null ? "delimited.null" : "delimited.label",
                             value + " " + rules_[i].describe(*broken)}
                     : Fault{row, i,
                             std::string_view(column.problem) == json_rows::RepeatedKey::kWhat
                                 ? json_rows::RepeatedKey::kSlug
                                 : "delimited.value",
                             fmt::format("{} {}: {}", value, column.problem, type_name(field.type))};
    }
    return first;
  }

  static Fault lone_return() {
    return {0, ~std::size_t{0}, "delimited.line_end", "a row has a carriage return without a line feed, outside quotes",
            std::string(kLoneReturnHint)};
  }

  // Takes back what a run that failed has appended.
  void take_back() {
    for (auto& column : columns_) column->builder.truncate(batch_rows_);
  }

  // The first row of the run whose bytes are wrong, whatever its types.
  std::optional<Fault> find_fault(const RowRun& run) {
    for (int row = 0; row < run.count; ++row) {
      const std::size_t begin = row_begin(run, row);
      const std::string_view text(run.base + begin, row_end(run, row) - begin);
      std::vector<std::uint32_t> marks;
      const Scan found = scan(text, format_.delimiter, format_.quote, marks);
      if (found.has_zero_byte) return Fault{row, ~std::size_t{0}, "delimited.zero_byte", "a row has a zero byte"};
      if (found.has_stray_return) {
        Fault fault = lone_return();
        fault.row = row;
        return fault;
      }
      const std::size_t invalid = find_invalid_utf8(text);
      if (invalid != std::string_view::npos) {
        return Fault{row, ~std::size_t{0}, "delimited.encoding",
                     fmt::format("a row is not UTF-8: byte 0x{:02x}", static_cast<unsigned char>(text[invalid])),
                     "convert the file to UTF-8 first: iconv -f ENCODING -t UTF-8"};
      }
    }
    return std::nullopt;
  }

  // Ends the stream with the fault of the record [begin, end) of the chunk, or hands the record over.
  Status refuse(const Fault& fault, std::size_t begin, std::size_t end) {
    Error error = located(Error(ErrorClass::kFailed, fault.slug, fault.message).hint(fault.hint), begin_ + begin);
    if (fault.column < schema_->size()) error.add("column", (*schema_)[fault.column].name);
    if (!options_.on_reject) return error;
    const RejectedRow row{row_count_ + rejected_count_ + 1,
                          line_of(begin_ + begin),
                          {buffer_.as<char>() + begin_ + begin, end - begin},
                          error};
    DPONE_CHECK(options_.on_reject(row));
    ++rejected_count_;
    return {};
  }

  bool is_full() const {
    if (batch_rows_ >= options_.target_rows) return true;
    std::int64_t bytes = 0;
    for (const auto& column : columns_) bytes += value_bytes(column->builder);
    return bytes >= options_.target_bytes;
  }

  void close_batch() {
    ready_.push_back(release_batch(schema_, batch_rows_, columns_));
    batch_rows_ = 0;
  }

  const DelimitedFormat format_;
  const ValueForms forms_;
  const DecoderOptions options_;
  const std::size_t fields_;
  const std::shared_ptr<const Schema> schema_;
  std::vector<std::unique_ptr<DecodeColumn>> columns_;
  std::vector<FieldRules> rules_;  // of each column
  std::size_t run_rows_ = kMostRunRows;
  int piece_rows_ = kMostRunRows;     // of a run at once: few where rows are wrong, which cost the piece a second look
  std::vector<std::uint32_t> marks_;  // the first represents the byte before the text
  std::deque<Batch> ready_;
  std::optional<Error> error_;

  Buffer buffer_;
  std::size_t begin_ = 0;  // not yet decoded: [begin_, end_)
  std::size_t end_ = 0;
  std::size_t look_again_ = 0;  // number of bytes to scan next, if a row did not end in fewer
  TextFront front_;
  bool is_finished_ = false;
  std::int64_t skipped_ = 0;

  std::int64_t row_count_ = 0;
  std::int64_t rejected_count_ = 0;
  std::int64_t byte_count_ = 0;  // before begin_
  std::int64_t line_ = 1;        // at begin_
  struct Place {
    std::int64_t offset = -1;  // in the text
    std::int64_t line = 1;
  };
  Place counted_;  // where lines were counted to
  std::int64_t batch_rows_ = 0;
};

Decoder::Decoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Result<Decoder> Decoder::create(DecodeLayout layout, DelimitedFormat format, DecoderOptions options) {
  DPONE_CHECK(check(format));
  const bool is_bad = layout.fields == 0 || layout.field_of.size() != layout.schema.size() ||
                      std::any_of(layout.field_of.begin(), layout.field_of.end(),
                                  [&](std::size_t field) { return field >= layout.fields; }) ||
                      options.max_row_bytes < 1 ||
                      options.max_row_bytes > static_cast<std::int64_t>(kGreatestRowBytes) || options.target_rows < 1 ||
                      options.target_bytes < 1;
  if (is_bad)
    return Error(ErrorClass::kFailed, "delimited.options", "A limit or a field of the decoder is out of range");
  DPONE_TRY(ValueForms forms, ValueForms::create(format));
  return Decoder(std::make_unique<Impl>(std::move(layout), std::move(format), std::move(forms), std::move(options)));
}

std::span<char> Decoder::room() { return impl_->room(); }
Status Decoder::commit(std::size_t bytes) { return impl_->commit(bytes); }
std::optional<Batch> Decoder::take() { return impl_->take(); }
Result<std::optional<Batch>> Decoder::finish() { return impl_->finish(); }
std::int64_t Decoder::row_count() const { return impl_->row_count(); }
std::int64_t Decoder::rejected_count() const { return impl_->rejected_count(); }
std::int64_t Decoder::byte_count() const { return impl_->byte_count(); }

}  // namespace dpone::delimited
