// Result<T>: a T or an Error; Status: success or an Error. The caller must check both (`[[nodiscard]]`).
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "dpone/base/error.h"

namespace dpone {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result(Error error) : Base(tl::unexpect, std::move(error)) {}  // NOLINT: `return Error(...)` is the idiom
};

using Status = Result<void>;

inline Status ok_status() { return {}; }

}  // namespace dpone

#define DPONE_CONCAT_INNER(a, b) a##b
#define DPONE_CONCAT(a, b) DPONE_CONCAT_INNER(a, b)
// DPONE_TRY(auto value, expression): unwraps a Result into `value`, or returns its error.
#define DPONE_TRY(declaration, ...) DPONE_TRY_INNER(DPONE_CONCAT(dpone_result_, __LINE__), declaration, __VA_ARGS__)
#define DPONE_TRY_INNER(result, declaration, ...) \
  auto result = (__VA_ARGS__);                    \
  if (!result) return std::move(result).error();  \
  declaration = std::move(*result)
// DPONE_CHECK(expression): returns the error of a Status, if it has one.
#define DPONE_CHECK(...)                                       \
  do {                                                         \
    auto dpone_status = (__VA_ARGS__);                         \
    if (!dpone_status) return std::move(dpone_status).error(); \
  } while (false)
