#include "dpone/connectors/file/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "dpone/connectors/file/rejects.h"
#include "dpone/data/first_rows.h"

namespace dpone::file {
namespace {

class FileReader final : public BatchReader {
 public:
  FileReader(std::shared_ptr<Selection> selection, Schema schema, bool checks_json, const RunContext& context)
      : selection_(std::move(selection)),
        schema_(std::move(schema)),
        checks_json_(checks_json),
        context_(context),
        rejects_(selection_->settings.reject_path) {}

  void give_up() override {
    const std::scoped_lock lock(mutex_);
    is_given_up_ = true;
    if (input_) input_->give_up();
  }

  Result<std::optional<Batch>> next() override {
    const auto& limit = selection_->settings.limit;
    while (true) {
      if (context_.stop.stop_requested()) return interrupted_error();
      if (limit && summary_.rows_counted >= *limit) return std::optional<Batch>();
      if (!decoder_) {
        DPONE_TRY(const bool is_open, open_file());
        if (!is_open) return std::optional<Batch>();
      }
      std::optional<Batch> batch = decoder_->take();
      if (!batch && !is_at_end_) {
        DPONE_CHECK(read_more());
        continue;
      }
      if (!batch) {
        auto last = decoder_->finish();
        if (!last) return located(std::move(last).error());
        batch = std::move(*last);
      }
      if (!batch) {
        DPONE_CHECK(close_file());
        continue;
      }
      if (limit) batch = first_rows(*batch, std::min(batch->num_rows(), *limit - summary_.rows_counted));
      summary_.rows_counted += batch->num_rows();
      return batch;
    }
  }

  Result<ReadSummary> finish() override {
    DPONE_CHECK(rejects_.finish());
    summary_.rows_rejected = rejects_.count();
    summary_.rejected_to = rejects_.path();
    return summary_;
  }

 private:
  const std::string& file_name() const { return input_->name(); }

  // Where a value is to blame, the way out is a type that takes it: of the column, or of the target.
  Error located(Error error) const {
    if (error.context_value("file").empty()) error.add("file", file_name());
    const std::string column(error.context_value("column"));
    const std::string collected = "; or collect such rows with --on-error reject-file";
    if (error.slug().ends_with(".null") || error.slug().ends_with(".label"))
      return std::move(error).hint("correct the value, or let the target's column take it" + collected);
    if (error.slug().ends_with(".value") && !column.empty()) {
      const std::string declare = "correct the value; or declare what the column is, --type '" + column + "=text'";
      return std::move(error).hint(declare +
                                   (selection_->settings.types.contains(column)
                                        ? ", where the target's column takes that"
                                        : " or the type that the target has (source.options.types), and where that is "
                                          "an earlier guess, drop the "
                                          "target first") +
                                   collected);
    }
    if (error.slug() == "json_rows.unknown_key") {
      return std::move(error).hint(
          "no row that was looked at has it: make it a column with --type 'KEY=TYPE' (source.options.types), raise "
          "source.options.sample_rows, or collect such rows with --on-error reject-file");
    }
    return error;
  }

  Result<bool> open_file() {
    if (file_ == selection_->files.size()) return false;
    const SourceFile& file = selection_->files[file_++];
    std::unique_ptr<Input> input = std::move(selection_->stream);
    if (!input) {
      DPONE_TRY(input, Input::open(file.path, selection_->settings.compression, context_));
    }
    {
      const std::scoped_lock lock(mutex_);
      if (is_given_up_) return interrupted_error();
      input_ = std::move(input);
    }
    RowDecoderOptions options;
    options.max_row_bytes = context_.max_row_bytes;
    options.checks_json = checks_json_;
    // A row beyond the limit is nobody's, be it wrong or not.
    if (!rejects_.path().empty() || selection_->settings.limit) {
      options.on_reject = [this, before = summary_.rows_counted](const RejectedRow& row) -> Status {
        const auto& limit = selection_->settings.limit;
        if (limit && before + decoder_->row_count() >= *limit) return {};
        if (rejects_.path().empty()) return row.error;
        return rejects_.add(file_name(), row);
      };
    }
    DPONE_TRY(decoder_, selection_->format->make_decoder(selection_->names, schema_, std::move(options)));
    is_at_end_ = false;
    return true;
  }

  Status read_more() {
    const std::span<char> room = decoder_->room();
    std::size_t count = 0;
    if (!selection_->front.empty()) {
      std::string& front = selection_->front;
      count = std::min(room.size(), front.size() - front_at_);
      front.copy(room.data(), count, front_at_);
      front_at_ += count;
      if (front_at_ == front.size()) front = std::string();
    } else {
      DPONE_TRY(count, input_->read(room));
      is_at_end_ = count == 0;
    }
    summary_.bytes += static_cast<std::int64_t>(count);
    if (count == 0) return {};
    Status status = decoder_->commit(count);
    if (!status) return located(std::move(status).error());
    return {};
  }

  Status close_file() {
    decoder_.reset();
    if (input_->is_stream() || input_->name() == "stdin") return {};
    DPONE_TRY(const FileStamp stamp, input_->current_stamp());
    if (stamp == selection_->files[file_ - 1].stamp) return {};
    return Error(ErrorClass::kUnavailable, "source.changed", "the file was changed while it was read")
        .with("file", file_name())
        .retry(Retry::kSafe)
        .hint("run again when it is complete");
  }

  const std::shared_ptr<Selection> selection_;
  const Schema schema_;
  const bool checks_json_;
  const RunContext& context_;
  RejectFile rejects_;
  std::size_t file_ = 0;  // the next
  std::unique_ptr<RowDecoder> decoder_;
  bool is_at_end_ = false;
  std::size_t front_at_ = 0;
  ReadSummary summary_;
  std::mutex mutex_;  // input_ and is_given_up_, for give_up()
  std::unique_ptr<Input> input_;
  bool is_given_up_ = false;
};

}  // namespace

std::unique_ptr<BatchReader> make_reader(std::shared_ptr<Selection> selection, Schema schema, bool checks_json,
                                         const RunContext& context) {
  return std::make_unique<FileReader>(std::move(selection), std::move(schema), checks_json, context);
}

}  // namespace dpone::file
