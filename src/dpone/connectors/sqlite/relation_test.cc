#include "dpone/connectors/sqlite/relation.h"

#include <gtest/gtest.h>

#include "dpone/base/sha256.h"

namespace dpone::sqlite {
namespace {

// Another text would make plans of an earlier build stale.
TEST(SqliteRelation, AFingerprintIsOfTheSameTextAsEver) {
  Relation relation;
  relation.name = "t";
  relation.kind = "table";
  relation.sql = "CREATE TABLE t (id INTEGER PRIMARY KEY)";
  relation.has_rowid = true;
  relation.rowid_column = "id";
  relation.columns = {{"id", "INTEGER", true, std::nullopt, 1, false, "BINARY"}};
  relation.indexes = {{"i", true, "c", false, "CREATE UNIQUE INDEX i ON t (lower(id))", {std::nullopt}}};
  relation.triggers = {{"tr", "CREATE TRIGGER tr"}};
  relation.foreign_keys = 2;
  relation.incoming = {{"other", "CASCADE", false, {"id"}}};
  const std::string text =
      R"x({"columns":[{"collation":"BINARY","default":null,"is_generated":false,"name":"id","not_null":true,"pk":1,)x"
      R"x("type":"INTEGER"}],"foreign_keys":2,"has_rowid":true,"incoming":[{"is_own":false,"on_delete":"CASCADE",)x"
      R"x("refers_to":["id"],"table":"other"}],"indexes":[{"columns":[null],"is_partial":false,"is_unique":true,)x"
      R"x("name":"i","origin":"c","sql":"CREATE UNIQUE INDEX i ON t (lower(id))"}],"is_autoincrement":false,)x"
      R"x("is_strict":false,"kind":"table","name":"t","rowid_column":"id","sql":)x"
      R"x("CREATE TABLE t (id INTEGER PRIMARY KEY)","triggers":[{"name":"tr","sql":"CREATE TRIGGER tr"}]})x";
  EXPECT_EQ(relation.fingerprint(), sha256_hex(text));
}

}  // namespace
}  // namespace dpone::sqlite
