#include "dpone/base/url_text.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

TEST(UrlText, AUrlHasASchemeAndTwoSlashes) {
  for (const char* url : {"postgresql://u:p@h/d", "file:///srv/a.csv", "s3://bucket/a", "X+y-1.z://"}) {
    EXPECT_TRUE(looks_like_url(url)) << url;
  }
  for (const char* path : {"", "a", "/a//b", "://a", "a b://c", "1a://b", "sqlite:a.db", "c:/a", "./a://b"}) {
    EXPECT_FALSE(looks_like_url(path)) << path;
  }
}

TEST(UrlText, TheRefusalOfAUrlDoesNotRepeatIt) {
  EXPECT_TRUE(check_is_no_url("--state-dir", "state"));
  const Status refused = check_is_no_url("--state-dir", "postgresql://u:hunter2@h/d");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().slug(), "option.invalid");
  EXPECT_EQ(refused.error().message(), "--state-dir: a path is expected here, not a URL");
}

}  // namespace
}  // namespace dpone
