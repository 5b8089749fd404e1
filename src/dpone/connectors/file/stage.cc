#include "dpone/connectors/file/stage.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "dpone/base/clock.h"
#include "dpone/base/errno_error.h"
#include "dpone/connectors/file/input.h"
#include "dpone/connectors/file/output.h"
#include "dpone/ports/fence.h"
#include "dpone/rowfile/row_counter.h"
#include "dpone/rowfile/text_input.h"

namespace dpone::file {
namespace {

// Names as the target has them.
Schema sink_schema(const LoadTask& task) {
  Schema schema;
  for (const ColumnPolicy& column : task.columns) schema.push_back({column.sink_name, column.type, true});
  return schema;
}

// The totals of the rows that went through a writer.
struct Written {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string sha256;
};

class RowWriter final : public BatchWriter {
 public:
  RowWriter(Output output, std::unique_ptr<rowfile::RowEncoder> encoder, std::string name, const RunContext& context,
            Written& written)
      : output_(std::move(output)),
        encoder_(std::move(encoder)),
        name_(std::move(name)),
        context_(context),
        written_(written) {}

  Status begin() {
    encoder_->append_header(buffer_);
    return output_.write(buffer_);
  }

  Status write(const Batch& batch) override {
    if (context_.stop.stop_requested()) return interrupted_error();
    buffer_.clear();
    Status encoded = encoder_->encode(batch, buffer_);
    if (!encoded) return std::move(encoded).error().with("file", name_);
    rows_ += batch.num_rows();
    return output_.write(buffer_);
  }

  Result<WriteSummary> finish() override {
    DPONE_CHECK(output_.finish());
    written_ = {rows_, output_.byte_count(), output_.sha256()};
    return WriteSummary{rows_, {}};
  }

 private:
  Output output_;
  std::unique_ptr<rowfile::RowEncoder> encoder_;
  const std::string name_;
  const RunContext& context_;
  Written& written_;
  std::string buffer_;
  std::int64_t rows_ = 0;
};

Result<std::unique_ptr<BatchWriter>> make_writer(int fd, const std::string& name, const SinkSettings& settings,
                                                 const LoadTask& task, const RunContext& context, Written& written) {
  DPONE_TRY(const std::unique_ptr<rowfile::RowFormat> format, rowfile::make_format(settings.format));
  DPONE_TRY(std::unique_ptr<rowfile::RowEncoder> encoder, format->make_encoder(sink_schema(task)));
  DPONE_TRY(Output output, Output::create(fd, name, settings.compression, context.stop));
  auto writer = std::make_unique<RowWriter>(std::move(output), std::move(encoder), name, context, written);
  DPONE_CHECK(writer->begin());
  return std::unique_ptr<BatchWriter>(std::move(writer));
}

class FileStage final : public PublishableStage {
 public:
  FileStage(const Target& target, const SinkSettings& settings, const LoadTask& task, const RunContext& context)
      : target_(target),
        settings_(settings),
        task_(task),
        context_(context),
        path_(target.stage_path(context.run_id).string()) {}
  FileStage(const FileStage&) = delete;
  FileStage& operator=(const FileStage&) = delete;
  ~FileStage() override {
    if (is_made_) ::unlink(path_.c_str());
  }

  Status begin() {
    {
      DPONE_TRY(const FileDescriptor lock, target_.lock());
      // One of this very run id is there when an earlier attempt was killed.
      const FileDescriptor old(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (old.is_open() && ::flock(old.get(), LOCK_EX | LOCK_NB) != 0) {
        return Error(ErrorClass::kRefused, "stage.in_use", "another process writes the stage of this run")
            .with("stage", path_)
            .hint("use another --run-id, or wait for the other run");
      }
      if (old.is_open() && ::unlink(path_.c_str()) != 0) return error_from_errno(errno, "cannot remove", path_);
      fd_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
      if (!fd_.is_open()) return error_from_errno(errno, "cannot create", path_);
      is_made_ = true;
      if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) return error_from_errno(errno, "cannot lock", path_);
    }
    return at("stage.created");
  }

  Result<std::unique_ptr<BatchWriter>> open_writer(const Slice&) override {
    return make_writer(fd_.get(), path_, settings_, task_, context_, written_);
  }
  Result<std::vector<Answer>> ask(const std::vector<Question>& questions) override {
    std::vector<Answer> answers;
    for (const Question& question : questions) {
      if (question.kind != Question::Kind::kRows) {
        return internal_error("a file cannot answer questions about the values of its rows");
      }
      DPONE_TRY(const std::int64_t rows, count_rows());
      answers.push_back({rows, 0});
    }
    return answers;
  }

  Status seal() override {
    DPONE_CHECK(at("stage.before_commit"));
    if (::fsync(fd_.get()) != 0) return error_from_errno(errno, "cannot sync", path_);
    return at("stage.committed");
  }

  // The pending receipt is the journal: with it in the book, the file's content says whether the rename was done.
  Result<PublishOutcome> publish(const Receipt& receipt) override {
    DPONE_CHECK(at("finalize.begin"));
    DPONE_TRY(const FileDescriptor lock, target_.lock());
    DPONE_TRY(ReceiptBook book, target_.published());
    const PriorReceipts prior = book.prior(receipt.process, receipt.run_id);
    if (prior.of_run && prior.of_run->version == receipt.version) {
      return PublishOutcome{PublishState::kCommitted, prior.of_run, {}};
    }
    DPONE_CHECK(check_fence(prior, receipt, true));
    DPONE_CHECK(check_target(book));
    DPONE_CHECK(at("finalize.locked"));
    DPONE_TRY(const bool has_old, take_over_rights());
    const ReceiptBook before = book;
    DPONE_TRY(FileReceipt entry, entry_for(receipt));
    book.add(entry);
    DPONE_CHECK(book.write(target_.book_path()));
    Status ready = at("finalize.before_send");
    if (ready && ::rename(path_.c_str(), target_.path().c_str()) != 0) {
      ready = error_from_errno(errno, "cannot rename the new file into place", target_.shown());
    }
    if (!ready) {
      // A receipt of what did not happen would be settled by the next run as well.
      const Status undone = before.write(target_.book_path());
      if (!undone) context_.debug("the pending receipt remains: " + undone.error().to_line());
      return std::move(ready).error();
    }
    is_made_ = false;
    if (has_old) context_.debug("the old file is gone");
    // It is published, whatever happens from here on.
    if (::fsync(lock.get()) != 0) {
      context_.warn(
          error_from_errno(errno, "published, but the folder cannot be synced", target_.folder().string()).to_line());
    }
    const Status reached = context_.fault("finalize.committed");
    if (!reached) context_.warn(reached.error().to_line());
    book.entries.back().is_published = true;
    const Status noted = book.write(target_.book_path());
    if (!noted)
      context_.warn("the receipt remains pending; the file's content will settle it: " + noted.error().to_line());
    return PublishOutcome{PublishState::kCommitted, book.entries.back().receipt, {}};
  }

  Status drop() override {
    if (!is_made_) return {};
    if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return error_from_errno(errno, "cannot remove", path_);
    is_made_ = false;
    return {};
  }

 private:
  // From the bytes as they lie in the file.
  Result<std::int64_t> count_rows() {
    DPONE_TRY(std::unique_ptr<Input> bytes, Input::open(path_, context_));
    DPONE_TRY(const std::unique_ptr<rowfile::TextInput> text,
              rowfile::TextInput::open(std::move(bytes), settings_.compression));
    rowfile::RowCounter counter(settings_.format);
    std::string buffer(std::size_t{256} << 10, '\0');
    while (true) {
      DPONE_TRY(const std::size_t size, text->read(buffer));
      if (size == 0) return counter.rows();
      counter.add(std::string_view(buffer).substr(0, size));
    }
  }

  // A fault point, and the place where a signal is noticed.
  Status at(std::string_view point) const {
    DPONE_CHECK(context_.fault(point));
    if (context_.stop.stop_requested()) return interrupted_error();
    return {};
  }

  Status check_target(const ReceiptBook& book) const {
    DPONE_TRY(const std::string now, target_.sha256(book));
    if (now == task_.target.identity) return {};
    return Error(ErrorClass::kRefused, "finalize.target_changed",
                 "the target is not the file that the plan was made from")
        .with("target", target_.shown())
        .hint("another program wrote it; check it, then run again");
  }

  // Mode and owner of the replaced file. False if it does not exist.
  Result<bool> take_over_rights() const {
    struct stat old {};
    struct stat made {};
    if (::stat(target_.path().c_str(), &old) != 0) return false;
    if (::fstat(fd_.get(), &made) != 0) return error_from_errno(errno, "cannot access", path_);
    const bool has_owner = old.st_uid == made.st_uid && old.st_gid == made.st_gid;
    if (!has_owner && ::fchown(fd_.get(), old.st_uid, old.st_gid) != 0) {
      context_.warn("the new file belongs to this user: cannot set the owner or group of the old file");
    }
    if (::fchmod(fd_.get(), old.st_mode & 07777) != 0) return error_from_errno(errno, "cannot set the mode of", path_);
    return true;
  }

  Result<FileReceipt> entry_for(const Receipt& receipt) const {
    FileReceipt entry;
    entry.receipt = receipt;
    entry.receipt.target_identity = written_.sha256;
    entry.receipt.published_at = format_rfc3339(context_.clock->now(), true);
    entry.sha256 = written_.sha256;
    DPONE_TRY(entry.stamp, stamp_of(path_));
    if (entry.stamp.bytes == written_.bytes) return entry;
    return Error(ErrorClass::kFailed, "file.io", "the new file does not have the size that was written")
        .with("file", path_)
        .with("written", std::to_string(written_.bytes))
        .with("found", std::to_string(entry.stamp.bytes))
        .hint("another program writes it; find that program");
  }

  const Target& target_;
  const SinkSettings& settings_;
  const LoadTask task_;
  const RunContext& context_;
  const std::string path_;
  FileDescriptor fd_;
  bool is_made_ = false;  // and not renamed
  Written written_;
};

constexpr std::chrono::milliseconds kReaderPoll{100};

class StreamStage final : public PublishableStage {
 public:
  StreamStage(const Target& target, const SinkSettings& settings, const LoadTask& task, const RunContext& context)
      : target_(target), settings_(settings), task_(task), context_(context) {}

  Status begin() {
    if (target_.shown() != "stdout") {
      DPONE_TRY(fd_, open_stream(target_.path()));
    }
    return context_.fault("stage.created");
  }
  Result<std::unique_ptr<BatchWriter>> open_writer(const Slice&) override {
    return make_writer(fd_.is_open() ? fd_.get() : STDOUT_FILENO, target_.shown(), settings_, task_, context_,
                       written_);
  }
  Result<std::vector<Answer>> ask(const std::vector<Question>& questions) override {
    if (questions.empty()) return std::vector<Answer>();
    return internal_error("a stream cannot answer questions about its rows");
  }
  Status seal() override {
    DPONE_CHECK(context_.fault("stage.before_commit"));
    return context_.fault("stage.committed");
  }
  Result<PublishOutcome> publish(const Receipt& receipt) override {
    for (const char* point : {"finalize.begin", "finalize.locked", "finalize.before_send"}) {
      DPONE_CHECK(context_.fault(point));
    }
    Receipt written = receipt;
    written.target_identity = written_.sha256;
    written.published_at = format_rfc3339(context_.clock->now(), true);
    const Status reached = context_.fault("finalize.committed");
    if (!reached) context_.warn(reached.error().to_line());
    return PublishOutcome{PublishState::kCommitted, std::move(written), {}};
  }
  Status drop() override { return {}; }

 private:
  // A FIFO opens when there is a reader, who may never come: the wait for one ends with a stop.
  Result<FileDescriptor> open_stream(const std::string& path) {
    FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
    while (!fd.is_open() && errno == ENXIO) {
      if (!context_.clock->sleep_for(kReaderPoll, context_.stop)) return interrupted_error();
      fd = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
    }
    if (!fd.is_open() || ::fcntl(fd.get(), F_SETFL, O_WRONLY) != 0) {
      return error_from_errno(errno, "cannot open", target_.shown());
    }
    return fd;
  }

  const Target& target_;
  const SinkSettings& settings_;
  const LoadTask task_;
  const RunContext& context_;
  FileDescriptor fd_;
  Written written_;
};

}  // namespace

Result<std::unique_ptr<PublishableStage>> make_file_stage(const Target& target, const SinkSettings& settings,
                                                          const LoadTask& task, const RunContext& context) {
  auto stage = std::make_unique<FileStage>(target, settings, task, context);
  DPONE_CHECK(stage->begin());
  return std::unique_ptr<PublishableStage>(std::move(stage));
}

Result<std::unique_ptr<PublishableStage>> make_stream_stage(const Target& target, const SinkSettings& settings,
                                                            const LoadTask& task, const RunContext& context) {
  auto stage = std::make_unique<StreamStage>(target, settings, task, context);
  DPONE_CHECK(stage->begin());
  return std::unique_ptr<PublishableStage>(std::move(stage));
}

}  // namespace dpone::file
