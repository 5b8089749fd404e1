// Error: what went wrong, where, and what to do next. The only failure value in dpone; nothing throws across a
// module edge. Context is added on the way up and never replaced. Copyable, thread-compatible, one pointer wide.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dpone {

// How a run ends because of an error. The numbers are the exit codes of docs/exit-codes.md.
enum class ErrorClass {
  kFailed = 1,          // a value, type, object, permission or password is wrong; a gate failed; internal error
  kUsage = 2,           // wrong by arguments and files alone
  kRefused = 3,         // refused, to keep something safe
  kUnavailable = 4,     // a dependency is unavailable or moved under us: trying again is sensible
  kOutcomeUnknown = 5,  // COMMIT was sent, and the server cannot be asked
  kInterrupted = 130,   // stopped by a signal
};

// Whether the failed operation may be sent again. kSafe: it had no effect, and the run may start again. kAgain: it had
// no effect, and the same call may succeed soon, for example when a lock was not available. kAsText: the load had no
// effect, and may succeed if the column that the error names travels as text; only the engine sees it.
enum class Retry { kNever, kSafe, kAgain, kAsText, kUnknown };

std::string_view to_string(ErrorClass value);
std::string_view to_string(Retry value);

class [[nodiscard]] Error {
 public:
  struct Context {
    std::string key;  // system, object, slice, row, column, file, ...
    std::string value;
  };

  // `slug` is stable and dotted (`postgres.copy.truncated`); `message` is one sentence without a final full stop.
  Error(ErrorClass error_class, std::string slug, std::string message);
  Error(const Error& other);
  Error& operator=(const Error& other);
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  // Builders; each can be chained on a temporary. `with` appends, the others set.
  Error&& with(std::string key, std::string value) &&;
  Error&& native(std::string code) &&;  // SQLSTATE, TDS number, HTTP status
  Error&& hint(std::string next_step) &&;
  Error&& retry(Retry retry) &&;
  Error& add(std::string key, std::string value) &;

  ErrorClass error_class() const { return body_->error_class; }
  int exit_code() const { return static_cast<int>(body_->error_class); }
  const std::string& slug() const { return body_->slug; }
  const std::string& message() const { return body_->message; }
  const std::string& native_code() const { return body_->native_code; }
  const std::string& next_step() const { return body_->next_step; }
  Retry retry_class() const { return body_->retry; }
  const std::vector<Context>& context() const { return body_->context; }
  // Value of the first context entry under `key`, or empty.
  std::string_view context_value(std::string_view key) const;

  // One line: `slug: message (key=value, ...)`. The next step is not in it.
  std::string to_line() const;

 private:
  struct Body {
    ErrorClass error_class;
    Retry retry = Retry::kNever;
    std::string slug;
    std::string message;
    std::string native_code;
    std::string next_step;
    std::vector<Context> context;
  };
  std::unique_ptr<Body> body_;
};

// This process could not have the memory that it asked for.
Error out_of_memory_error();
// Something that cannot be has been.
Error internal_error(std::string_view what);

}  // namespace dpone
