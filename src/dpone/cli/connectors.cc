#include "dpone/cli/connectors.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "dpone/base/ascii.h"
#include "dpone/connectors/file/connector.h"
#include "dpone/connectors/postgres/connector.h"
#include "dpone/connectors/sqlite/connector.h"
#include "dpone/rowfile/compression.h"

namespace dpone::cli {
namespace {

constexpr const Connector* kConnectors[] = {
    &postgres::kPostgres,
    &sqlite::kSqlite,
    &file::kFile,
};

template <class Condition>
const Connector* first(const Condition& fits) {
  const auto* const found = std::find_if(std::begin(kConnectors), std::end(kConnectors),
                                         [&](const Connector* candidate) { return fits(*candidate); });
  return found == std::end(kConnectors) ? nullptr : *found;
}

// Windows and mainframes write endings in capitals.
bool has_extension(const Connector& connector, std::string_view extension) {
  return std::any_of(connector.extensions.begin(), connector.extensions.end(),
                     [&](std::string_view known) { return is_word_in_any_case(extension, known); });
}

}  // namespace

std::span<const Connector* const> connectors() { return kConnectors; }

connections::Systems systems() {
  static const std::vector<SystemSpec> systems = [] {
    std::vector<SystemSpec> all;
    for (const Connector* one : kConnectors) {
      if (!one->system.fields.empty()) all.push_back(one->system);
    }
    return all;
  }();
  return systems;
}

const Connector* find_connector(std::string_view system) {
  return first([&](const Connector& candidate) { return candidate.system.name == system; });
}

const Connector& connector(std::string_view system) { return *find_connector(system); }

const Connector& connector_of_streams() {
  return *first([](const Connector& candidate) { return candidate.has_streams; });
}

const Connector& default_state_connector() {
  return *first([](const Connector& candidate) { return !candidate.state_file.empty(); });
}

const Connector* connector_of_path(const std::string& path) {
  if (path == "-") return &connector_of_streams();
  std::filesystem::path name = std::filesystem::path(path).filename();
  if (rowfile::compression_of_name(name.string()) != rowfile::Compression::kNone) name = name.stem();
  const std::string extension = name.extension().string();
  const Connector* const named = first([&](const Connector& candidate) { return has_extension(candidate, extension); });
  if (named != nullptr) return named;
  std::ifstream file(path, std::ios::binary);
  return first([&](const Connector& candidate) {
    if (candidate.magic.empty()) return false;
    std::string begin(candidate.magic.size(), '\0');
    file.clear();
    file.seekg(0);
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    return file && begin == candidate.magic;
  });
}

}  // namespace dpone::cli
