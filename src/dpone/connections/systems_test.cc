#include "dpone/connections/systems.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "dpone/base/file.h"

namespace dpone::connections {
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
  if (std::getenv("DPONE_UPDATE") != nullptr) {
    ASSERT_TRUE(write_file_atomically(path, page->substr(0, begin) + render_field_tables() + page->substr(end)));
    return;
  }
  EXPECT_EQ(page->substr(begin, end - begin), render_field_tables())
      << "run this test with DPONE_UPDATE=1 to write the tables anew";
}

TEST(Systems, FieldsAreNamedOnceAndDescribed) {
  for (const SystemSpec& system : systems()) {
    std::set<std::string_view> names;
    std::set<std::string_view> url_names;
    for (const FieldSpec& field : system.fields) {
      EXPECT_TRUE(names.insert(field.name).second) << field.name;
      EXPECT_TRUE(url_names.insert(field.url_name).second) << field.url_name;
      EXPECT_FALSE(field.description.empty()) << field.name;
    }
    EXPECT_EQ(connection_fields(system.name).size(), system.fields.size());
  }
  EXPECT_EQ(find_system("oracle"), nullptr);
  EXPECT_TRUE(connection_fields("oracle").empty());
}

}  // namespace
}  // namespace dpone::connections
