#include "dpone/connectors/file/sink.h"

#include "dpone/base/sha256.h"
#include "dpone/connectors/file/stage.h"
#include "dpone/connectors/file/target.h"
#include "dpone/data/type_name.h"
#include "dpone/ports/column_index.h"

namespace dpone::file {
namespace {

constexpr const char* kStreamNote =
    "rows are sent as they are read: a gate that fails only changes the exit code, rows already sent cannot be undone, "
    "and "
    "there is no receipt";

class FileSink final : public Sink {
 public:
  FileSink(SinkSettings settings, std::unique_ptr<rowfile::RowFormat> format, const RunContext& context)
      : settings_(std::move(settings)),
        format_(std::move(format)),
        target_(settings_.path, context),
        context_(context) {}

  Result<TargetFacts> describe(const TargetQuestion&) override {
    DPONE_CHECK(target_.check_place());
    TargetFacts facts;
    facts.system = "file";
    facts.relation = target_.shown();
    facts.kind = target_.is_stream() ? "stream" : "file";
    facts.has_fixed_columns = false;
    facts.publish.push_back({"exchange", {}, {}});
    if (target_.is_stream()) {
      facts.publish[0].notes.emplace_back(kStreamNote);
      facts.can_recount = false;
    } else {
      for (const char* method : {"truncate_insert", "delete_insert"}) {
        facts.publish.push_back({method, {{"a file can only be replaced as a whole, by exchange"}}, {}});
      }
      DPONE_TRY(const ReceiptBook book, target_.published());
      DPONE_TRY(facts.identity, target_.sha256(book));
      facts.exists = !facts.identity.empty();
      DPONE_TRY(facts.is_empty, is_empty(book, facts.identity));
    }
    Json settled = Json::object();
    settled.set("path", target_.is_stream() ? target_.shown() : target_.path()).set("sha256", facts.identity);
    settled.set("format", settings_.format.name).set("compression", to_string(settings_.compression));
    settled.set("delimiter", std::string(1, settings_.format.delimiter));
    settled.set("header", settings_.format.has_header).set("null_text", settings_.format.null_text);
    settled.set("date_format", settings_.format.date_format).set("decimal", std::string(1, settings_.format.decimal));
    settled.set("timestamp_format", settings_.format.timestamp_format);
    settled.set("quote", std::string(settings_.format.quote == '\0' ? 0 : 1, settings_.format.quote));
    facts.fingerprint = sha256_hex(settled.canonical());
    return facts;
  }

  Result<TargetFacts> propose(const TargetFacts& described, const SourceFacts& source,
                              const std::vector<std::string>& columns) const override {
    TargetFacts facts = described;
    facts.columns.clear();
    const ColumnIndex from_source(source);
    for (const std::string& name : columns) {
      const SourceColumn* from = from_source.find(name);
      if (from == nullptr) continue;
      // Every value is written as its text and keeps the source's type. A value of an inferred type is written
      // unchanged, unless the format distinguishes such values.
      TargetColumn column(*from);
      if (from->is_inferred && !format_->tells_apart(from->type.kind)) {
        column.type = DataType();
        column.native_type = type_name(column.type);
      }
      column.is_nullable = true;
      column.is_generated = false;
      column.has_default = false;
      facts.columns.push_back(std::move(column));
    }
    return facts;
  }

  Result<PriorReceipts> read_receipts(std::string_view process, std::string_view run_id) override {
    if (target_.is_stream()) return PriorReceipts{};
    DPONE_CHECK(target_.check_place());
    DPONE_TRY(const FileDescriptor lock, target_.lock());
    DPONE_TRY(const ReceiptBook book, target_.published());
    return book.prior(process, run_id);
  }

  RawVerdict accepts_raw(const WireFormat& format, const LoadTask&) const override {
    return {format, false, {"rows are written as " + settings_.format.name}};
  }

  std::vector<Statement> render(const LoadTask&) const override {
    std::string form = settings_.format.name;
    if (settings_.compression != rowfile::Compression::kNone)
      form += ", " + std::string(to_string(settings_.compression));
    if (target_.is_stream()) return {{"load", "WRITE " + target_.shown() + " AS " + form}};
    // Stands for a run id of any length.
    const std::string stage = (target_.folder() / target_.stage_path("{run_id}").filename()).string();
    return {{"load", "WRITE " + stage + " AS " + form},
            {"seal", "FSYNC " + stage},
            {"publish", "LOCK " + target_.folder().string()},
            {"publish", "WRITE " + target_.book_path().string()},
            {"publish", "RENAME " + stage + " TO " + target_.path()},
            {"publish", "FSYNC " + target_.folder().string()}};
  }

  Result<std::unique_ptr<Stage>> open_stage(const LoadTask& task) override {
    if (context_.stop.stop_requested()) return interrupted_error();
    DPONE_TRY(std::unique_ptr<Stage> stage, target_.is_stream() ? make_stream_stage(target_, settings_, task, context_)
                                                                : make_file_stage(target_, settings_, task, context_));
    return stage;
  }

  Result<PublishOutcome> publish(Stage& stage, const LoadTask&, const Receipt& receipt) override {
    return static_cast<PublishableStage&>(stage).publish(receipt);
  }

  Result<PublishOutcome> look_up(std::string_view process, std::string_view run_id) override {
    if (target_.is_stream()) return PublishOutcome{};
    DPONE_CHECK(target_.check_place());
    DPONE_TRY(const FileDescriptor lock, target_.lock());
    DPONE_TRY(const ReceiptBook book, target_.published());
    PriorReceipts prior = book.prior(process, run_id);
    if (prior.of_run) return PublishOutcome{PublishState::kCommitted, std::move(prior.of_run), {}};
    DPONE_TRY(const bool is_pending, target_.has_pending(run_id));
    return PublishOutcome{is_pending ? PublishState::kPartial : PublishState::kAbsent, {}, {}};
  }

  Result<std::vector<Receipt>> recover(std::string_view) override {
    if (target_.is_stream()) return std::vector<Receipt>();
    DPONE_CHECK(target_.check_place());
    return target_.settle_pending();
  }

  Result<std::vector<Leftover>> cleanup(std::string_view process, bool is_dry_run) override {
    DPONE_CHECK(target_.check_place());
    return target_.cleanup(process, is_dry_run);
  }

 private:
  // A file of no bytes, or one whose receipt tells of no rows.
  Result<bool> is_empty(const ReceiptBook& book, const std::string& identity) const {
    DPONE_TRY(const auto now, target_.stamp());
    if (!now || now->bytes == 0) return true;
    for (auto entry = book.entries.rbegin(); entry != book.entries.rend(); ++entry) {
      if (entry->sha256 == identity) return entry->receipt.rows_loaded == 0;
    }
    return false;
  }

  const SinkSettings settings_;
  const std::unique_ptr<rowfile::RowFormat> format_;
  const Target target_;
  const RunContext& context_;
};

}  // namespace

Result<std::unique_ptr<Sink>> make_sink(SinkSettings settings, const RunContext& context) {
  DPONE_TRY(std::unique_ptr<rowfile::RowFormat> format, rowfile::make_format(settings.format));
  return std::unique_ptr<Sink>(std::make_unique<FileSink>(std::move(settings), std::move(format), context));
}

}  // namespace dpone::file
