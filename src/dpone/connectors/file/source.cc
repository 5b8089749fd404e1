#include "dpone/connectors/file/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/base/nearest.h"
#include "dpone/base/sha256.h"
#include "dpone/connectors/file/paths.h"
#include "dpone/connectors/file/selection.h"
#include "dpone/data/type_name.h"
#include "dpone/rowfile/reader.h"
#include "dpone/rowfile/text_input.h"

namespace dpone::file {
namespace {

// Of all files together, and of one at least.
constexpr std::size_t kSampleBytes = std::size_t{8} << 20;
constexpr std::size_t kLeastSampleBytes = std::size_t{64} << 10;

Error changed(const std::string& what, const std::string& path) {
  return Error(ErrorClass::kUnavailable, "source.changed", what + " after the plan was made")
      .with("file", path)
      .retry(Retry::kSafe)
      .hint("run again when the files are complete");
}

// The text of a file that has been opened.
Result<std::unique_ptr<rowfile::TextInput>> text_of(std::unique_ptr<Input> input, const SourceSettings& settings) {
  return rowfile::TextInput::open(std::move(input), settings.compression);
}

class FileSequence final : public rowfile::InputSequence {
 public:
  FileSequence(std::shared_ptr<Selection> selection, const RunContext& context)
      : selection_(std::move(selection)), context_(context) {}

  Result<std::unique_ptr<rowfile::ByteInput>> next() override {
    if (at_ == selection_->files.size()) return std::unique_ptr<rowfile::ByteInput>();
    const SourceFile& file = selection_->files[at_++];
    if (selection_->stream) return std::unique_ptr<rowfile::ByteInput>(std::move(selection_->stream));
    DPONE_TRY(std::unique_ptr<Input> input, Input::open(file.path, context_));
    input->expect(file.stamp);
    DPONE_TRY(std::unique_ptr<rowfile::TextInput> text, text_of(std::move(input), selection_->settings));
    return std::unique_ptr<rowfile::ByteInput>(std::move(text));
  }

 private:
  const std::shared_ptr<Selection> selection_;
  const RunContext& context_;
  std::size_t at_ = 0;
};

class FileSnapshot final : public Snapshot {
 public:
  FileSnapshot(std::shared_ptr<Selection> selection, const RunContext& context)
      : selection_(std::move(selection)), context_(context) {}

  Result<std::unique_ptr<BatchReader>> open(const Slice&, const ReadTask& task) override {
    // A row can be rejected only here.
    const bool checks_json = task.checks_json || !selection_->settings.reject_path.empty();
    const rowfile::ReadSettings& settings = selection_->settings;
    rowfile::ReadJob job{selection_->format, settings, selection_->names, strict_schema(task.columns, task.key),
                         checks_json};
    return rowfile::make_reader(std::move(job), std::make_unique<FileSequence>(selection_, context_), context_);
  }
  Status close() override { return {}; }

 private:
  std::shared_ptr<Selection> selection_;
  const RunContext& context_;
};

class FileSource final : public Source {
 public:
  FileSource(SourceSettings settings, std::unique_ptr<rowfile::RowFormat> format, const RunContext& context)
      : selection_(std::make_shared<Selection>()), context_(context) {
    selection_->settings = std::move(settings);
    selection_->format = std::move(format);
  }

  Result<SourceFacts> describe() override {
    if (facts_) return *facts_;
    DPONE_TRY(const std::vector<std::string> paths, expand(settings().path));
    DPONE_CHECK(refuse_target(paths));
    DPONE_CHECK(refuse_rejects(paths));
    rowfile::Sample all;
    Front front;
    for (const std::string& path : paths) DPONE_CHECK(look_at(path, paths.size(), all, front));
    if (all.names.empty()) {
      return Error(ErrorClass::kFailed, "file.no_header", "none of the files has a row, so their columns are unknown")
          .with("file", shown(settings().path))
          .hint("a JSON Lines file needs at least one row");
    }
    DPONE_CHECK(take_declared(all));
    selection_->names = all.names;
    facts_ = facts_of(all, front);
    return *facts_;
  }

  std::vector<Statement> render(const ReadTask&) const override {
    std::vector<Statement> out;
    for (const SourceFile& file : selection_->files) {
      out.push_back({"extract", "READ " + shown(file.path) + " AS " + settings().format.name});
    }
    return out;
  }

  Result<std::unique_ptr<Snapshot>> open_snapshot(const ReadTask& task) override {
    const SourceFacts& planned = task.source;
    DPONE_CHECK(context_.fault("source.locked"));
    DPONE_TRY(const SourceFacts now, describe());
    if (now.fingerprint != planned.fingerprint) return changed("the source changed", now.relation);
    if (!selection_->stream && settings().path != "-") DPONE_CHECK(check_unchanged());
    return std::unique_ptr<Snapshot>(std::make_unique<FileSnapshot>(selection_, context_));
  }

 private:
  // What the looks at the files have in common.
  struct Front {
    std::size_t bytes_left = kSampleBytes;
    bool is_whole = true;       // the sample has every row
    bool is_size_known = true;  // of the text
    std::int64_t text_bytes = 0;
  };

  const SourceSettings& settings() const { return selection_->settings; }
  static std::string shown(const std::string& path) { return path == "-" ? "stdin" : path; }

  Status refuse_target(const std::vector<std::string>& paths) const {
    const std::string& target = settings().target_path;
    if (target.empty() || target == "-") return {};
    for (const std::string& path : paths) {
      if (path == "-" || !is_same_file(path, target)) continue;
      return Error(ErrorClass::kUsage, "route.same_table", "the target is one of the source files")
          .with("file", path)
          .hint("write into another folder, or narrow the pattern");
    }
    return {};
  }

  // Rejected rows of an earlier run may be loaded, but not into their own file.
  Status refuse_rejects(const std::vector<std::string>& paths) const {
    for (const std::string& path : paths) {
      if (settings().reject_path.empty() || path == "-" || !is_same_file(path, settings().reject_path)) continue;
      return Error(ErrorClass::kUsage, "option.invalid", "reject_path is one of the source files")
          .with("option", "source.options.reject_path")
          .with("file", path)
          .hint("name another file for the rejected rows, or narrow the pattern");
    }
    return {};
  }

  // Reads the front of a file, compares its names with those of the others, and looks at its values.
  Status look_at(const std::string& path, std::size_t file_count, rowfile::Sample& all, Front& front) {
    DPONE_TRY(std::unique_ptr<Input> opened, Input::open(path, context_));
    const FileStamp stamp = opened->stamp();
    const bool is_stream = opened->is_stream();
    DPONE_TRY(std::unique_ptr<rowfile::TextInput> input, text_of(std::move(opened), settings()));
    const std::size_t share = std::max(kLeastSampleBytes, kSampleBytes / file_count);
    std::string text;
    bool is_whole = false;
    std::size_t wanted = std::max(kLeastSampleBytes, std::min(share, front.bytes_left));
    DPONE_CHECK(read_up_to(*input, wanted, text, is_whole));
    // A first row may be longer than any sample.
    const auto most = selection_->format->has_fixed_names() ? rowfile::kMostHeaderBytes
                                                            : static_cast<std::size_t>(context_.max_row_bytes);
    while (!is_whole && wanted < most && text.find('\n') == std::string::npos) {
      wanted = std::min(2 * wanted, most);
      DPONE_CHECK(read_up_to(*input, wanted, text, is_whole));
    }
    front.bytes_left -= std::min(front.bytes_left, text.size());
    // Among others, a file without rows says nothing of the keys that they have.
    if (text.empty() && file_count > 1 && !selection_->format->has_fixed_names()) {
      selection_->files.push_back({path, stamp});
      return {};
    }
    const std::int64_t most_rows = std::max<std::int64_t>(settings().sample_rows - all.rows, 0);
    auto looked = selection_->format->sample(text, is_whole, most_rows);
    if (!looked) return std::move(looked).error().with("file", input->name());
    rowfile::Sample& sample = *looked;
    if (selection_->files.empty()) {
      all = std::move(sample);
    } else {
      DPONE_CHECK(merge(path, sample, all));
    }
    front.is_whole = front.is_whole && is_whole && all.rows < settings().sample_rows;
    front.is_size_known = front.is_size_known && !is_stream && input->compression() == rowfile::Compression::kNone;
    front.text_bytes += stamp.bytes;
    selection_->files.push_back({path, stamp});
    if (is_stream) {
      if (file_count != 1) {
        return Error(ErrorClass::kUsage, "file.not_regular", "one of several files is not a regular file")
            .with("file", path)
            .hint("read a FIFO or a device separately");
      }
      input->put_back(std::move(text));
      selection_->stream = std::move(input);
    }
    return {};
  }

  // Appends to `text` until it has `wanted` bytes, or all that there is.
  static Status read_up_to(rowfile::TextInput& input, std::size_t wanted, std::string& text, bool& is_whole) {
    std::size_t have = text.size();
    text.resize(wanted);
    while (have < wanted) {
      DPONE_TRY(const std::size_t got, input.read({text.data() + have, wanted - have}));
      is_whole = got == 0;
      if (is_whole) break;
      have += got;
    }
    text.resize(have);
    return {};
  }

  Status merge(const std::string& path, const rowfile::Sample& sample, rowfile::Sample& all) const {
    if (selection_->format->has_fixed_names() && sample.names != all.names) {
      const auto differs = std::mismatch(all.names.begin(), all.names.end(), sample.names.begin(), sample.names.end());
      const std::string here = differs.second == sample.names.end() ? "nothing" : "\"" + *differs.second + "\"";
      const std::string there = differs.first == all.names.end() ? "nothing" : "\"" + *differs.first + "\"";
      return Error(ErrorClass::kFailed, "file.header_differs",
                   fmt::format("the columns of the files differ: number {} is {} here and {} in {}",
                               differs.first - all.names.begin() + 1, here, there, selection_->files[0].path))
          .with("file", path)
          .hint("the files of a pattern must have the same columns in the same order; load the others separately");
    }
    for (std::size_t i = 0; i < sample.names.size(); ++i) {
      if (i < all.names.size() && all.names[i] == sample.names[i]) {
        all.guesses[i].add(sample.guesses[i]);
        continue;
      }
      const auto found = std::find(all.names.begin(), all.names.end(), sample.names[i]);
      if (found == all.names.end()) {
        all.names.push_back(sample.names[i]);
        all.guesses.push_back(sample.guesses[i]);
      } else {
        all.guesses[static_cast<std::size_t>(found - all.names.begin())].add(sample.guesses[i]);
      }
    }
    all.rows += sample.rows;
    all.bytes += sample.bytes;
    return {};
  }

  // Rows that bring their own names may have a declared one behind the sample.
  Status take_declared(rowfile::Sample& all) const {
    for (const auto& [column, type] : settings().types) {
      std::vector<std::string>& names = all.names;
      if (contains(names, column)) continue;
      const std::string near = nearest_name(column, names);
      if (!selection_->format->has_fixed_names()) {
        names.push_back(column);
        all.guesses.emplace_back();
        all.remarks.push_back("column \"" + column + "\" is declared, but no row of the sample has it" +
                              (near.empty() ? "" : "; there is \"" + near + "\""));
        continue;
      }
      return Error(ErrorClass::kFailed, "source.no_column", "the file has no column \"" + column + "\"")
          .with("file", shown(settings().path))
          .with("option", "source.options.types")
          .hint(near.empty() ? "names are case-sensitive" : "did you mean \"" + near + "\"?");
    }
    return {};
  }

  SourceFacts facts_of(const rowfile::Sample& sample, const Front& front) const {
    SourceFacts facts;
    facts.system = "file";
    facts.relation = shown(settings().path);
    facts.kind = selection_->stream || settings().path == "-" ? "stream" : "file";
    facts.takes_query = false;
    facts.has_optional_columns = !selection_->format->has_fixed_names();
    facts.keeps_absent = facts.has_optional_columns && settings().keeps_missing;
    facts.notes = sample.remarks;
    Json types = Json::object();
    for (std::size_t i = 0; i < sample.names.size(); ++i) {
      SourceColumn column;
      column.name = sample.names[i];
      column.is_textual = true;
      const auto declared = settings().types.find(column.name);
      if (declared != settings().types.end()) {
        column.type = declared->second;
      } else {
        column.is_inferred = true;
        if (settings().infers) {
          rowfile::TypeGuess::Verdict verdict = sample.guesses[i].verdict();
          column.type = verdict.type;
          column.guess =
              fmt::format("column \"{}\" is inferred as {}: {}", column.name, type_name(column.type), verdict.reason);
        }
      }
      column.native_type = type_name(column.type);
      types.set(column.name, column.native_type);
      facts.columns.push_back(std::move(column));
    }
    facts.guess_basis = fmt::format(
        "types are inferred from the {} {} row{}; declare others with --type COLUMN=TYPE (source.options.types)",
        front.is_whole ? "file's" : "first", sample.rows, sample.rows == 1 ? "" : "s");
    facts.leaves_wrong_out = !settings().reject_path.empty();
    if (facts.leaves_wrong_out) {
      facts.notes.push_back("invalid rows are not loaded but written to " + settings().reject_path);
    }
    Json files = Json::array();
    for (const SourceFile& file : selection_->files) files.push(file.path);
    Json names = Json::array();
    for (const std::string& name : sample.names) names.push(name);
    const rowfile::FormatSettings& format = settings().format;
    Json read = Json::object();
    read.set("files", std::move(files)).set("names", std::move(names)).set("types", std::move(types));
    read.set("format", format.name).set("delimiter", std::string(1, format.delimiter));
    read.set("quote", std::string(format.quote == '\0' ? 0 : 1, format.quote));
    read.set("null_text", format.null_text).set("header", format.has_header);
    read.set("date_format", format.date_format).set("timestamp_format", format.timestamp_format);
    read.set("decimal", std::string(1, format.decimal));
    facts.fingerprint = sha256_hex(read.canonical());
    if (front.is_whole) {
      facts.estimated_rows = sample.rows;
    } else if (front.is_size_known && sample.bytes > 0) {
      const double each =
          static_cast<double>(sample.bytes) / static_cast<double>(std::max<std::int64_t>(sample.rows, 1));
      facts.estimated_rows = static_cast<std::int64_t>(static_cast<double>(front.text_bytes) / each);
    }
    if (front.is_size_known) facts.estimated_bytes = front.text_bytes;
    return facts;
  }

  Status check_unchanged() const {
    DPONE_TRY(const std::vector<std::string> paths, expand(settings().path));
    const bool has_same = std::equal(paths.begin(), paths.end(), selection_->files.begin(), selection_->files.end(),
                                     [](const std::string& path, const SourceFile& file) { return path == file.path; });
    if (!has_same) return changed("the list of the pattern's files changed", settings().path);
    for (const SourceFile& file : selection_->files) {
      DPONE_TRY(const FileStamp stamp, stamp_of(file.path));
      if (stamp != file.stamp) return changed("the file changed", file.path);
    }
    return {};
  }

  std::shared_ptr<Selection> selection_;
  const RunContext& context_;
  std::optional<SourceFacts> facts_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_source(SourceSettings settings, const RunContext& context) {
  DPONE_TRY(std::unique_ptr<rowfile::RowFormat> format, rowfile::make_format(settings.format));
  return std::unique_ptr<Source>(std::make_unique<FileSource>(std::move(settings), std::move(format), context));
}

}  // namespace dpone::file
