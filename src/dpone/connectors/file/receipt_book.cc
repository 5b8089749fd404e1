#include "dpone/connectors/file/receipt_book.h"

#include <algorithm>

#include "dpone/base/file.h"

namespace dpone::file {
namespace {

constexpr const char* kSchemaVersion = "dpone.file_receipts.v2";
// Its receipts had a cursor instead of a position, and files never have a cursor.
constexpr const char* kFirstVersion = "dpone.file_receipts.v1";
constexpr std::size_t kMostEntries = 100;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

Error unreadable(std::string why) {
  return Error(ErrorClass::kRefused, "receipts.unreadable",
               "the receipts of the target cannot be read: " + std::move(why))
      .hint(
          "a newer dpone may have written them. Remove the file only if the target's history does not matter; the "
          "target then needs --adopt");
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
  std::string state;
  std::int64_t inode = 0;
  auto receipt = Receipt::from_json(json);
  const bool is_whole = receipt && json["version"].is_int() && json["target_epoch"].is_int() &&
                        json["run_id"].is_string() && take_text(json, "sha256", entry.sha256) &&
                        take_number(json, "bytes", entry.stamp.bytes) && take_number(json, "inode", inode) &&
                        take_number(json, "changed_ns", entry.stamp.changed_ns) && take_text(json, "state", state) &&
                        (state == "pending" || state == "published");
  if (!is_whole) return unreadable("a field is missing or has another type");
  entry.receipt = *std::move(receipt);
  entry.stamp.inode = static_cast<std::uint64_t>(inode);
  entry.is_published = state == "published";
  return entry;
}

Json to_json(const FileReceipt& entry) {
  Json json = entry.receipt.to_json();
  json.set("sha256", entry.sha256).set("bytes", entry.stamp.bytes).set("inode", entry.stamp.inode);
  json.set("changed_ns", entry.stamp.changed_ns).set("state", entry.is_published ? "published" : "pending");
  return json;
}

}  // namespace

Result<ReceiptBook> ReceiptBook::parse(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json) return unreadable(json.error().message());
  const std::string& version = (*json)["schema_version"].as_string();
  if ((version != kSchemaVersion && version != kFirstVersion) || !(*json)["receipts"].is_array()) {
    return unreadable("it does not have the format dpone.file_receipts.v2");
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
