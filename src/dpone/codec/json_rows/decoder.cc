#include "dpone/codec/json_rows/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "dpone/base/contains.h"
#include "dpone/base/text_front.h"
#include "dpone/base/utf8.h"
#include "dpone/codec/json_rows/decode_columns.h"
#include "dpone/codec/json_rows/key_index.h"
#include "dpone/codec/json_rows/repeated_key.h"
#include "dpone/data/buffer.h"
#include "dpone/data/field_rules.h"
#include "dpone/data/type_name.h"

namespace dpone::json_rows {
namespace {

constexpr std::size_t kRoom = std::size_t{64} << 10;
// So much is scanned at a time: text, tokens and values stay in L2.
constexpr std::size_t kChunkBytes = std::size_t{128} << 10;
// The number of tokens kept at a time, unless rows are very wide.
constexpr int kRunTokens = 32'768;
constexpr std::size_t kGreatestRowBytes = std::size_t{1} << 30;
constexpr std::size_t kNoColumn = KeyIndex::kNone;

// `text`, cut to what a message can show.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownBytes = 60;
  const std::string_view cut = cut_utf8(text, kShownBytes);
  return std::string(cut) + (cut.size() < text.size() ? "..." : "");
}

}  // namespace

class Decoder::Impl {
 public:
  Impl(DecodeLayout layout, std::vector<std::string> keys, JsonRowsFormat format, DecoderOptions options)
      : format_(format),
        options_(std::move(options)),
        schema_(std::make_shared<const Schema>(std::move(layout.schema))),
        keys_(std::move(keys)),
        ignored_keys_(std::move(layout.ignored_keys)) {
    for (std::size_t i = 0; i < schema_->size(); ++i) {
      rules_.emplace_back((*schema_)[i]);
      columns_.push_back(compile_decode((*schema_)[i], format_, options_.max_row_bytes));
      columns_.back()->index = i;
      strictness_.push_back(holds_jsonb((*schema_)[i].type) ? Scanner::Strictness::kJsonb : Scanner::Strictness::kJson);
    }
    run_rows_ = std::clamp(kRunTokens / std::max(static_cast<int>(columns_.size()), 1), 32, kMostRunRows);
    tokens_.resize(columns_.size() * static_cast<std::size_t>(run_rows_));
    starts_.resize(static_cast<std::size_t>(run_rows_) + 1);
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
    while (end_ - begin_ - searched_ >= kChunkBytes) {
      // A line that was cut is searched on where its end was not found.
      const char* const base = buffer_.as<char>() + begin_;
      const void* const last = ::memrchr(base + searched_, '\n', kChunkBytes);
      if (last == nullptr) {
        searched_ += kChunkBytes;
        if (searched_ > static_cast<std::size_t>(options_.max_row_bytes)) return kept(too_big(begin_));
        continue;
      }
      searched_ = 0;
      DPONE_CHECK(kept(take_lines(static_cast<std::size_t>(static_cast<const char*>(last) - base) + 1, false)));
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
      const char* const base = buffer_.as<char>() + begin_;
      const void* const last = begin_ == end_ ? nullptr : ::memrchr(base, '\n', end_ - begin_);
      if (last != nullptr) {
        DPONE_CHECK(kept(take_lines(static_cast<std::size_t>(static_cast<const char*>(last) - base) + 1, false)));
      }
      if (begin_ != end_) {
        buffer_.resize(end_ + 1);
        buffer_.as<char>()[end_] = '\n';
        DPONE_CHECK(kept(take_lines(end_ - begin_ + 1, true)));
      }
      if (batch_rows_ != 0) close_batch();
    }
    return take();
  }

  std::int64_t row_count() const { return row_count_; }
  std::int64_t rejected_count() const { return rejected_count_; }
  std::int64_t byte_count() const { return byte_count_; }

  // For walk_line: where the value of a key goes.
  bool begin(const Token& key, Token** value, Scanner::Strictness* strictness) {
    std::size_t column = next_;
    if (column == kNoColumn || key.kind != TokenKind::kString || key.view() != keys_.key(column)) {
      column = find(key);
      if (column == kNoColumn) {
        key_ = key.view();
        *value = &ignored_;
        const bool is_known = contains(ignored_keys_, key_);
        if (format_.ignores_unknown_keys || is_known) return true;
        scanner_.fail(key.text, "json_rows.unknown_key", "a key is not in the schema");
        return false;
      }
    }
    key_ = {};
    current_ = column;
    next_ = keys_.follower(column);
    *value = row_ + column;
    *strictness = strictness_[column];
    if ((*value)->kind == TokenKind::kMissing) return true;
    scanner_.fail(key.text, "json_rows.duplicate_key", "a key is repeated");
    return false;
  }

 private:
  // A value that is wrong, or what else is wrong with a row.
  struct Fault {
    int row = 0;
    std::size_t column = kNoColumn;
    std::string slug;
    std::string message;
    std::string hint = {};
  };
  // Where the lines of a run begin, in the buffer and in the file.
  struct Start {
    const char* at;
    std::int64_t line;
  };

  Status kept(Status status) {
    if (!status && !error_) error_ = status.error();
    return status;
  }

  Error too_big(std::size_t at) const {
    return located(Error(ErrorClass::kFailed, "json_rows.row_too_big",
                         fmt::format("a row is bigger than {} bytes", options_.max_row_bytes))
                       .hint("put each row's object on a separate line, or raise runtime.max_row_bytes"),
                   buffer_.as<char>() + at, line_);
  }

  // Adds the position of a row.
  Error located(Error error, const char* at, std::int64_t line) const {
    error.add("row", std::to_string(row_count_ + rejected_count_ + 1));
    error.add("line", std::to_string(line));
    error.add("offset", std::to_string(byte_count_ + (at - buffer_.as<char>()) - static_cast<std::int64_t>(begin_)));
    return error;
  }

  Status take_mark(bool is_end) {
    const std::string_view text(buffer_.as<char>() + begin_, end_ - begin_);
    DPONE_TRY(const std::size_t marks, front_.skip(text, is_end, "json_rows.encoding"));
    begin_ += marks;
    byte_count_ += static_cast<std::int64_t>(marks);
    return {};
  }

  // The column of a key that is not the one that was expected.
  std::size_t find(const Token& key) {
    if (key.kind == TokenKind::kString) return keys_.find(key.view(), current_);
    Problem ignored;
    return unescape(key.view(), unescaped_, &ignored) ? keys_.find(unescaped_, current_) : kNoColumn;
  }

  // Decodes the lines in the next `bytes`. With `is_last` their last `\n` is ours and not the text's.
  Status take_lines(std::size_t bytes, bool is_last) {
    const char* const base = buffer_.as<char>() + begin_;
    const char* const stop = base + bytes;
    const bool is_suspect = find_invalid_utf8({base, bytes}) != std::string_view::npos;
    const char* at = base;
    stop_ = stop;
    while (at != stop) {
      // As many rows as fit into a run. Rows of huge numbers are expanded a few at a time.
      int count = 0;
      std::int64_t expansion = 0;
      std::optional<Fault> fault;
      while (at != stop && count < run_rows_ && expansion < options_.target_bytes && !fault) {
        starts_[static_cast<std::size_t>(count)] = {at, line_};
        const char* const next = take_line(count, at, is_suspect, is_last, &fault);
        if (next - at > options_.max_row_bytes + (is_last ? 1 : 0)) {
          DPONE_CHECK(take_run(count, at));
          return too_big(static_cast<std::size_t>(at - buffer_.as<char>()));
        }
        if (!is_blank_ && !fault) ++count;
        at = next;
        ++line_;
        expansion += scanner_.take_expansion();
      }
      const Start last = starts_[static_cast<std::size_t>(count)];
      DPONE_CHECK(take_run(count, fault ? last.at : at));
      if (fault) DPONE_CHECK(refuse(*fault, last, at - (is_last ? 1 : 0)));
    }
    begin_ = std::min(begin_ + bytes, end_);
    byte_count_ += static_cast<std::int64_t>(bytes) - (is_last ? 1 : 0);
    return {};
  }

  // Behind the line that `at` is in.
  const char* line_end(const char* at) const {
    return static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(stop_ - at))) + 1;
  }

  // Locates the values of the line at `at` as row `index` of tokens_; returns behind it.
  const char* take_line(int index, const char* at, bool is_suspect, bool is_last, std::optional<Fault>* fault) {
    is_blank_ = false;
    if (is_suspect) {
      const std::string_view line(at, static_cast<std::size_t>(line_end(at) - at));
      const std::size_t invalid = find_invalid_utf8(line);
      if (invalid != std::string_view::npos) {
        *fault = Fault{0, kNoColumn, "json_rows.encoding",
                       fmt::format("a row is not UTF-8: byte 0x{:02x} at byte {} of the line",
                                   static_cast<unsigned char>(line[invalid]), invalid + 1),
                       kEncodingHint};
        return at + line.size();
      }
    }
    row_ = tokens_.data() + static_cast<std::size_t>(index) * columns_.size();
    if (!columns_.empty()) std::memset(static_cast<void*>(row_), 0, columns_.size() * sizeof(Token));
    current_ = kNoColumn;
    next_ = keys_.first();
    key_ = {};
    const char* const next = walk_line(scanner_, at, *this, &is_blank_);
    if (next != nullptr) return next;
    *fault = fault_of(at, is_last);
    return line_end(at);
  }

  Fault fault_of(const char* line, bool is_last) {
    const Problem problem = scanner_.problem();
    Fault fault{0, kNoColumn, problem.slug,
                fmt::format("{} (byte {} of the line)", problem.what, problem.at - line + 1)};
    if (fault.slug == "json_rows.unknown_key") {
      fault.message = fmt::format("the key '{}' is not in the schema", shown(key_));
      fault.hint = "add it to the columns, or ignore unknown keys";
    } else if (fault.slug == "json_rows.duplicate_key" && current_ != kNoColumn) {
      fault.message += fmt::format(": '{}'", shown((*schema_)[current_].name));
    }
    if (key_.empty()) fault.column = current_;
    if (problem.is_cut && is_last) {
      fault.slug = "json_rows.truncated";
      fault.message = "the text ends inside a row";
      fault.hint = "the file may be truncated or incomplete";
    } else if (fault.hint.empty()) {
      fault.hint = hint_of(problem);
    }
    return fault;
  }

  // Decodes the first `count` rows of tokens_, whose text ends at `end`. One that is wrong is refused, and the rest
  // goes on behind it.
  Status take_run(int count, const char* end) {
    int first = 0;
    while (first < count) {
      int good = std::min(count, first + piece_rows_);
      std::optional<Fault> fault;
      // What comes before a wrong value may break a rule of its column: rules are asked of rows that are decoded.
      while (auto wrong = decode(first, good, end)) {
        fault = std::move(wrong);
        good = fault->row;
        for (auto& column : columns_) column->builder.truncate(batch_rows_);
      }
      row_count_ += good - first;
      batch_rows_ += good - first;
      if (is_full()) close_batch();
      if (!fault) {
        piece_rows_ = std::min(2 * piece_rows_, kMostRunRows);
        first = good;
        continue;
      }
      piece_rows_ = fault->row - first + 1;
      const Start start = starts_[static_cast<std::size_t>(good)];
      const char* const text_end = buffer_.as<char>() + end_;
      DPONE_CHECK(refuse(*fault, start, std::min(line_end(start.at), text_end)));
      first = good + 1;
    }
    return {};
  }

  std::optional<Fault> decode(int first, int stop, const char* end) {
    if (first == stop) return std::nullopt;
    RowRun run;
    run.tokens = tokens_.data() + static_cast<std::size_t>(first) * columns_.size();
    run.columns = columns_.size();
    run.count = stop - first;
    run.bytes = end - starts_[static_cast<std::size_t>(first)].at;
    run.readable_end = buffer_.as<char>() + buffer_.capacity() + Buffer::kSlack;
    std::optional<Fault> found;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      DecodeColumn& column = *columns_[i];
      const Field& field = (*schema_)[i];
      const std::int64_t before = column.builder.length();
      if (field.is_absence) {
        append_absence(run, column.builder);
        continue;
      }
      int row = column.decode(column, run);
      auto broken = row < 0 ? rules_[i].find_broken(column.builder, before) : std::nullopt;
      while (broken && broken->is_null && field.may_be_absent && is_missing(run, broken->row, i)) {
        const int next = broken->row + 1;
        broken = rules_[i].find_broken(column.builder, before + next);
        if (broken) broken->row += next;
      }
      if (broken) row = broken->row;
      if (row < 0 || (found && found->row <= first + row)) continue;
      const Token& token = run.token(static_cast<std::size_t>(row), i);
      const std::string value =
          token.kind == TokenKind::kMissing ? "a missing value" : "the value " + shown(token.json());
      found = broken ? Fault{first + row, i, broken->is_null ? "json_rows.null" : "json_rows.label",
                             value + " " + rules_[i].describe(*broken)}
                     : Fault{first + row, i, column.problem.slug,
                             fmt::format("{} {}: {}", value, column.problem.what, type_name(field.type))};
    }
    return found;
  }

  static bool is_missing(const RowRun& run, int row, std::size_t column) {
    return run.token(static_cast<std::size_t>(row), column).kind == TokenKind::kMissing;
  }

  void append_absence(const RowRun& run, ColumnBuilder& builder) {
    for (int row = 0; row < run.count; ++row) {
      absence_.assign(columns_.size(), '0');
      bool is_whole = true;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (!(*schema_)[i].may_be_absent || !is_missing(run, row, i)) continue;
        absence_[i] = '1';
        is_whole = false;
      }
      is_whole ? builder.append_null() : builder.append_bytes(absence_);
    }
  }

  // Ends the stream with the fault of the line [start.at, end), or hands the line over.
  Status refuse(const Fault& fault, const Start& start, const char* end) {
    Error error = located(Error(ErrorClass::kFailed, fault.slug, fault.message).hint(fault.hint), start.at, start.line);
    if (fault.column < schema_->size()) error.add("column", (*schema_)[fault.column].name);
    if (!options_.on_reject) return error;
    const RejectedRow row{
        row_count_ + rejected_count_ + 1, start.line, {start.at, static_cast<std::size_t>(end - start.at)}, error};
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

  const JsonRowsFormat format_;
  const DecoderOptions options_;
  const std::shared_ptr<const Schema> schema_;
  KeyIndex keys_;
  std::vector<std::string> ignored_keys_;
  std::vector<std::unique_ptr<DecodeColumn>> columns_;
  std::vector<FieldRules> rules_;  // of each column
  std::vector<Scanner::Strictness> strictness_;
  int run_rows_;  // at most, in a run
  // Of a run at once: few where rows are wrong, which cost the piece a second look.
  int piece_rows_ = kMostRunRows;
  std::vector<Token> tokens_;  // of a run, row by row
  std::vector<Start> starts_;
  std::deque<Batch> ready_;
  std::optional<Error> error_;

  // The line that is being scanned.
  Scanner scanner_;
  const char* stop_ = nullptr;  // behind the last line of its chunk
  Token* row_ = nullptr;
  Token ignored_{};
  std::size_t current_ = kNoColumn;  // of the last key
  std::size_t next_ = kNoColumn;     // of the key that is expected
  std::string_view key_;             // that is in no column
  std::string unescaped_;
  std::string absence_;
  bool is_blank_ = false;

  Buffer buffer_;
  std::size_t begin_ = 0;  // not yet decoded: [begin_, end_)
  std::size_t end_ = 0;
  std::size_t searched_ = 0;  // bytes behind begin_ without a line end
  TextFront front_;
  bool is_finished_ = false;

  std::int64_t row_count_ = 0;
  std::int64_t rejected_count_ = 0;
  std::int64_t byte_count_ = 0;  // before begin_
  std::int64_t line_ = 1;        // of the line that comes next
  std::int64_t batch_rows_ = 0;
};

Decoder::Decoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Result<Decoder> Decoder::create(DecodeLayout layout, JsonRowsFormat format, DecoderOptions options) {
  std::vector<std::string> keys = std::move(layout.keys);
  if (keys.empty()) {
    for (const Field& field : layout.schema) keys.push_back(field.name);
  }
  if (keys.size() != layout.schema.size() || options.max_row_bytes < 1 ||
      options.max_row_bytes > static_cast<std::int64_t>(kGreatestRowBytes) || options.target_rows < 1 ||
      options.target_bytes < 1) {
    return Error(ErrorClass::kFailed, "json_rows.options", "A limit or the keys of the decoder are out of range");
  }
  std::vector<std::string> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  const auto twin = std::adjacent_find(sorted.begin(), sorted.end());
  if (twin != sorted.end()) {
    return Error(ErrorClass::kUsage, "json_rows.options", fmt::format("two columns have the key '{}'", shown(*twin)));
  }
  return Decoder(std::make_unique<Impl>(std::move(layout), std::move(keys), format, std::move(options)));
}

std::span<char> Decoder::room() { return impl_->room(); }
Status Decoder::commit(std::size_t bytes) { return impl_->commit(bytes); }
std::optional<Batch> Decoder::take() { return impl_->take(); }
Result<std::optional<Batch>> Decoder::finish() { return impl_->finish(); }
std::int64_t Decoder::row_count() const { return impl_->row_count(); }
std::int64_t Decoder::rejected_count() const { return impl_->rejected_count(); }
std::int64_t Decoder::byte_count() const { return impl_->byte_count(); }

}  // namespace dpone::json_rows
