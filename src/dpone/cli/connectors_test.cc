#include "dpone/cli/connectors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

#include "dpone/base/file.h"

namespace dpone::cli {
namespace {

// DPONE_UPDATE=1 rewrites the generated part instead of comparing it.
TEST(ConnectionDocs, FieldTablesAreCurrent) {
  constexpr std::string_view kBegin = "<!-- fields:begin -->\n";
  const auto path = std::filesystem::path(DPONE_SOURCE_DIR) / "docs/formats/connections.md";
  const Result<std::string> page = read_file(path, 1 << 20);
  ASSERT_TRUE(page) << page.error().to_line();
  const std::size_t begin = page->find(kBegin) + kBegin.size();
  const std::size_t end = page->find("<!-- fields:end -->");
  ASSERT_LE(begin, end);
  const std::string tables = connections::render_field_tables(systems());
  if (std::getenv("DPONE_UPDATE") != nullptr) {
    ASSERT_TRUE(write_file_atomically(path, page->substr(0, begin) + tables + page->substr(end)));
    return;
  }
  EXPECT_EQ(page->substr(begin, end - begin), tables) << "run this test with DPONE_UPDATE=1 to write the tables anew";
}

TEST(Connectors, DescribeEachFieldOnce) {
  for (const SystemSpec& system : systems()) {
    std::set<std::string_view> names;
    std::set<std::string_view> url_names;
    for (const FieldSpec& field : system.fields) {
      EXPECT_TRUE(names.insert(field.name).second) << field.name;
      EXPECT_TRUE(url_names.insert(field.url_name).second) << field.url_name;
      EXPECT_FALSE(field.description.empty()) << field.name;
    }
    EXPECT_FALSE(system.schemes.empty()) << system.name;
    EXPECT_FALSE(system.example_url.empty()) << system.name;
  }
}

TEST(Connectors, AreWholeAndShareNoNameAndNoEnding) {
  std::set<std::string_view> names;
  for (const Connector* one : connectors()) {
    EXPECT_TRUE(names.insert(one->system.name).second);
    EXPECT_NE(one->open_source, nullptr) << one->system.name;
    EXPECT_NE(one->open_sink, nullptr) << one->system.name;
    EXPECT_EQ(one->probe == nullptr, one->system.fields.empty()) << one->system.name;
    EXPECT_TRUE(one->state_file.empty() || one->open_state != nullptr) << one->system.name;
    for (const std::string_view extension : one->extensions) EXPECT_TRUE(names.insert(extension).second) << extension;
  }
}

TEST(Connectors, APathIsOfTheSystemThatItsEndingOrItsFirstBytesSay) {
  EXPECT_EQ(connector_of_path("-"), &connector_of_streams());
  EXPECT_EQ(connector_of_path("in/orders.csv.gz"), &connector_of_streams());
  EXPECT_EQ(connector_of_path("shop.db"), find_connector("sqlite"));
  EXPECT_EQ(connector_of_path("not there"), nullptr);
  const auto path = std::filesystem::temp_directory_path() / ("magic" + std::to_string(::getpid()));
  ASSERT_TRUE(write_file_atomically(path, std::string("SQLite format 3\0 and more", 25)));
  EXPECT_EQ(connector_of_path(path.string()), find_connector("sqlite"));
  ASSERT_TRUE(write_file_atomically(path, "SQLite"));
  EXPECT_EQ(connector_of_path(path.string()), nullptr);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace dpone::cli
