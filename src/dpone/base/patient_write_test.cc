#include "dpone/base/patient_write.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

namespace dpone {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
  ~Pipe() {
    ::close(ends_[1]);
    close_reader();
  }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }

 private:
  int ends_[2] = {-1, -1};
};

TEST(PatientWrite, AReaderThatReadsGetsAll) {
  Pipe pipe;
  const std::string text(300'000, 'x');
  std::size_t got = 0;
  std::thread reader([&] {
    char buffer[10'000];
    while (got < text.size()) got += static_cast<std::size_t>(::read(pipe.reader(), buffer, sizeof buffer));
  });
  EXPECT_EQ(write_patiently(pipe.writer(), text, {}), 0);
  reader.join();
  EXPECT_EQ(got, text.size());
}

TEST(PatientWrite, AStopEndsTheWaitForAReaderThatDoesNotRead) {
  Pipe pipe;
  std::stop_source source;
  std::thread stopper([&] { source.request_stop(); });
  EXPECT_EQ(write_patiently(pipe.writer(), std::string(300'000, 'x'), source.get_token()), ECANCELED);
  stopper.join();
  write_if_ready(pipe.writer(), "dropped, and does not block");
}

TEST(PatientWrite, AReaderThatHasGoneIsAnError) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.close_reader();
  EXPECT_EQ(write_patiently(pipe.writer(), "x", {}), EPIPE);
  std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace dpone
