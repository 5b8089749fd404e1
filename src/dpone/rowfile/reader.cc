#include "dpone/rowfile/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "dpone/data/first_rows.h"
#include "dpone/rowfile/rejects.h"

namespace dpone::rowfile {
namespace {

class RowReader final : public BatchReader {
 public:
  RowReader(ReadJob job, std::unique_ptr<InputSequence> inputs, const RunContext& context)
      : job_(std::move(job)), inputs_(std::move(inputs)), context_(context), rejects_(job_.settings.reject_path) {}

  void give_up() override {
    const std::scoped_lock lock(mutex_);
    is_given_up_ = true;
    if (input_) input_->give_up();
  }

  Result<std::optional<Batch>> next() override {
    const auto& limit = job_.settings.limit;
    while (true) {
      if (context_.stop.stop_requested()) return interrupted_error();
      if (limit && summary_.rows_counted >= *limit) return std::optional<Batch>();
      if (!decoder_) {
        DPONE_TRY(const bool is_open, open_next());
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
        DPONE_CHECK(close_input());
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
    const std::string collected =
        "; or collect such rows with --on-error reject-file --reject-path FILE (source.options.on_error, reject_path)";
    if (error.slug().ends_with(".null") || error.slug().ends_with(".label"))
      return std::move(error).hint("correct the value, or allow it in the target's column" + collected);
    if (error.slug().ends_with(".value") && !column.empty()) {
      const std::string declare = "correct the value; or declare the column's type, --type '" + column + "=text'";
      return std::move(error).hint(declare +
                                   (job_.settings.types.contains(column)
                                        ? ", if the target's column accepts it"
                                        : " or the target's type (source.options.types), and if that type is "
                                          "an earlier inference, drop the "
                                          "target first") +
                                   collected);
    }
    if (error.slug() == "json_rows.unknown_key") {
      return std::move(error).hint(
          "no row of the sample has it: declare it as a column with --type 'KEY=TYPE' (source.options.types), raise "
          "source.options.sample_rows, or collect such rows with --on-error reject-file");
    }
    // Whatever a row's fault is, its row may be left out.
    if (!error.context_value("row").empty() && error.error_class() == ErrorClass::kFailed) {
      const std::string next = error.next_step();
      return std::move(error).hint((next.empty() ? "correct the row" : next) + collected);
    }
    return error;
  }

  Result<bool> open_next() {
    if (!has_begun_) DPONE_CHECK(rejects_.begin());
    has_begun_ = true;
    DPONE_TRY(std::unique_ptr<ByteInput> input, inputs_->next());
    if (!input) return false;
    {
      const std::scoped_lock lock(mutex_);
      if (is_given_up_) return interrupted_error();
      input_ = std::move(input);
    }
    RowDecoderOptions options;
    options.max_row_bytes = context_.max_row_bytes;
    options.checks_json = job_.checks_json;
    // A row beyond the limit is ignored, whether it is valid or not.
    if (!rejects_.path().empty() || job_.settings.limit) {
      options.on_reject = [this, before = summary_.rows_counted](const RejectedRow& row) -> Status {
        const auto& limit = job_.settings.limit;
        if (limit && before + decoder_->row_count() >= *limit) return {};
        if (rejects_.path().empty()) return row.error;
        return rejects_.add(file_name(), row);
      };
    }
    DPONE_TRY(decoder_, job_.format->make_decoder(job_.names, job_.schema, std::move(options)));
    is_at_end_ = false;
    return true;
  }

  Status read_more() {
    const std::span<char> room = decoder_->room();
    DPONE_TRY(const std::size_t count, input_->read(room));
    is_at_end_ = count == 0;
    summary_.bytes += static_cast<std::int64_t>(count);
    if (count == 0) return {};
    Status status = decoder_->commit(count);
    if (!status) return located(std::move(status).error());
    return {};
  }

  Status close_input() {
    decoder_.reset();
    return input_->finish();
  }

  const ReadJob job_;
  const std::unique_ptr<InputSequence> inputs_;
  const RunContext& context_;
  RejectFile rejects_;
  bool has_begun_ = false;
  std::unique_ptr<RowDecoder> decoder_;
  bool is_at_end_ = false;
  ReadSummary summary_;
  std::mutex mutex_;  // input_ and is_given_up_, for give_up()
  std::unique_ptr<ByteInput> input_;
  bool is_given_up_ = false;
};

}  // namespace

std::unique_ptr<BatchReader> make_reader(ReadJob job, std::unique_ptr<InputSequence> inputs,
                                         const RunContext& context) {
  return std::make_unique<RowReader>(std::move(job), std::move(inputs), context);
}

}  // namespace dpone::rowfile
