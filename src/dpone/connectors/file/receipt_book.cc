#include "dpone/connectors/file/receipt_book.h"

#include <algorithm>

#include "dpone/base/file.h"

namespace dpone::file {
namespace {

constexpr const char* kSchemaVersion = "dpone.file_receipts.v1";
constexpr std::size_t kMostEntries = 100;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

Error unreadable(std::string why) {
  return Error(ErrorClass::kRefused, "receipts.unreadable",
               "the receipts of the target cannot be read: " + std::move(why))
      .hint(
          "a newer dpone may have written them. Remove the file only if the target's history does not matter; the "
          "target then has to be taken over with --adopt");
}

bool take_text(const Json& json, const char* key, std::string& out) {
  out = json[key].as_string();
  return json[key].is_string();
}

bool take_number(const Json& json, const char* key, std::int64_t& out) {
  out = json[key].as_int();
  return json[key].is_int();
}

Result<FileReceipt> entry_of(const Json& json) {
  FileReceipt entry;
  Receipt& receipt = entry.receipt;
  std::string state;
  std::int64_t inode = 0;
  const bool is_whole =
      take_number(json, "version", receipt.version) && take_text(json, "process", receipt.process) &&
      take_text(json, "target", receipt.target) && take_text(json, "target_identity", receipt.target_identity) &&
      take_number(json, "target_epoch", receipt.target_epoch) && json["target_created"].is_bool() &&
      take_text(json, "run_id", receipt.run_id) && take_text(json, "manifest_hash", receipt.manifest_hash) &&
      take_text(json, "plan_hash", receipt.plan_hash) &&
      take_text(json, "selection_fingerprint", receipt.selection_fingerprint) && json["columns"].is_array() &&
      take_number(json, "rows_read", receipt.rows_read) && take_number(json, "rows_loaded", receipt.rows_loaded) &&
      take_text(json, "method", receipt.method) && take_text(json, "outcome", receipt.outcome) &&
      take_text(json, "published_at", receipt.published_at) && take_text(json, "sha256", entry.sha256) &&
      take_number(json, "bytes", entry.stamp.bytes) && take_number(json, "inode", inode) &&
      take_number(json, "changed_ns", entry.stamp.changed_ns) && take_text(json, "state", state) &&
      (state == "pending" || state == "published");
  if (!is_whole) return unreadable("a field is missing or of another kind");
  receipt.target_created = json["target_created"].as_bool();
  for (const Json& column : json["columns"].as_array()) receipt.columns.push_back(column.as_string());
  receipt.position = Position::from_json(json["position"]);
  entry.stamp.inode = static_cast<std::uint64_t>(inode);
  entry.is_published = state == "published";
  return entry;
}

Json to_json(const FileReceipt& entry) {
  Json json = entry.receipt.to_json();
  json.set("sha256", entry.sha256).set("bytes", entry.stamp.bytes).set("inode", entry.stamp.inode);
  json.set("changed_ns", entry.stamp.changed_ns).set("state", entry.is_published ? "published" : "pending");
  return json.set("dpone_version", DPONE_VERSION);
}

}  // namespace

Result<ReceiptBook> ReceiptBook::parse(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json) return unreadable(json.error().message());
  if ((*json)["schema_version"].as_string() != kSchemaVersion || !(*json)["receipts"].is_array()) {
    return unreadable("it is not of the form dpone.file_receipts.v1");
  }
  ReceiptBook book;
  for (const Json& receipt : (*json)["receipts"].as_array()) {
    DPONE_TRY(FileReceipt entry, entry_of(receipt));
    book.entries.push_back(std::move(entry));
  }
  return book;
}

Result<ReceiptBook> ReceiptBook::read(const std::filesystem::path& path) {
  const auto text = read_file(path, kMostBytes);
  if (!text && text.error().slug() == "file.not_found") return ReceiptBook{};
  if (!text) return unreadable(text.error().message()).with("file", path.string());
  auto book = parse(*text);
  if (!book) return std::move(book).error().with("file", path.string());
  return book;
}

std::string ReceiptBook::to_text() const {
  Json receipts = Json::array();
  for (const FileReceipt& entry : entries) receipts.push(to_json(entry));
  Json json = Json::object();
  json.set("schema_version", kSchemaVersion).set("receipts", std::move(receipts));
  return json.pretty() + "\n";
}

Status ReceiptBook::write(const std::filesystem::path& path) const { return write_file_atomically(path, to_text()); }

PriorReceipts ReceiptBook::prior(std::string_view process, std::string_view run_id) const {
  PriorReceipts prior;
  for (const FileReceipt& entry : entries) {
    const Receipt& receipt = entry.receipt;
    prior.is_target_made = prior.is_target_made || receipt.target_created;
    prior.identities.push_back(receipt.target_identity);
    const auto& newest = prior.newest_of_target;
    if (!newest || receipt.target_epoch >= newest->target_epoch) prior.newest_of_target = receipt;
    if (receipt.process != process) continue;
    const auto& own = prior.newest_of_process;
    if (!own || receipt.version >= own->version) prior.newest_of_process = receipt;
    if (receipt.run_id == run_id) prior.of_run = receipt;
  }
  return prior;
}

void ReceiptBook::add(FileReceipt entry) {
  entries.push_back(std::move(entry));
  for (std::size_t i = 0; entries.size() > kMostEntries && i < entries.size();) {
    const auto is_same_process = [&](const FileReceipt& other) {
      return other.receipt.process == entries[i].receipt.process;
    };
    const auto next = entries.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(next + 1, entries.end(), is_same_process)) {
      entries.erase(next);
    } else {
      ++i;
    }
  }
}

}  // namespace dpone::file
