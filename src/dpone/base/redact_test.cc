#include "dpone/base/redact.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

TEST(Redact, ThePasswordOfAUrlIsMaskedWhereverTheUrlStands) {
  EXPECT_EQ(redacted("no file postgresql://me:pw@h:5432/d here"), "no file postgresql://me:***@h:5432/d here");
  EXPECT_EQ(redacted("\"postgres//me:pw@h/d\""), "\"postgres//me:***@h/d\"");
  EXPECT_EQ(redacted(" mysql://me:p@w@h"), " mysql://me:***@h") << "the last @ ends the user part";
  EXPECT_EQ(redacted("a://u:p/w@h/d"), "a://u:***@h/d") << "a slash that should have been %2F";
  EXPECT_EQ(redacted("a://u:p@s/w@h/d"), "a://u:***@h/d") << "an @ and a slash";
  EXPECT_EQ(redacted("a://u:p@h/d?application_name=a@b"), "a://u:***@h/d?application_name=a@b");
  EXPECT_EQ(redacted("a://:pw@h and b://u:x@h"), "a://:***@h and b://u:***@h");
  EXPECT_EQ(redacted("postgresql://h/d?user=me&password=pw&sslmode=require"),
            "postgresql://h/d?user=me&password=***&sslmode=require");
}

TEST(Redact, TheSecretSettingsOfAConninfoAreMasked) {
  EXPECT_EQ(redacted("host=h user=me password=pw dbname=d"), "host=h user=me password=*** dbname=d");
  EXPECT_EQ(redacted("host = h password = pw"), "host = h password = ***");
  EXPECT_EQ(redacted("host=h password='a b\\'c' dbname=d"), "host=h password='***' dbname=d");
  EXPECT_EQ(redacted("PASSWORD=pw sslpassword=x Pwd=y"), "PASSWORD=*** sslpassword=*** Pwd=***");
}

TEST(Redact, OtherTextsStayAsTheyAre) {
  for (const char* text :
       {"", "https://h:8080/path?x=a@b", "postgresql://me@h/d", "postgresql://h:5432/d", "see //a/b", "10:30 a@b",
        "UPDATE t SET password = s.password", "the password is missing", "set PASSWORD", "sqlite:///srv/a@b.db"}) {
    EXPECT_EQ(redacted(text), text);
  }
}

TEST(Redact, EveryTextOfAValueIsMasked) {
  Json inner = Json::object();
  inner.set("url", "a://u:p@h").set("rows", 3);
  Json json = Json::object();
  json.set("list", Json(Json::Array{Json(std::move(inner)), Json("password=x")})).set("none", Json());
  EXPECT_EQ(redacted_json(json).canonical(), R"({"list":[{"rows":3,"url":"a://u:***@h"},"password=***"],"none":null})");
}

}  // namespace
}  // namespace dpone
