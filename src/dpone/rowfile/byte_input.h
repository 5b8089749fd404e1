// ByteInput: bytes that come from somewhere, a file, an object or the body of an answer. Connectors implement it; this
// room reads rows from it. Owned and read by one thread; give_up() alone may be called from another.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "dpone/base/result.h"

namespace dpone::rowfile {

class ByteInput {
 public:
  virtual ~ByteInput() = default;
  // The next bytes into `room`, which is not empty: at least one, or 0 at the end.
  virtual Result<std::size_t> read(std::span<char> room) = 0;
  // From another thread: a read that waits fails soon.
  virtual void give_up() = 0;
  // After the end: fails with `source.changed` if the bytes are not those that were planned for.
  virtual Status finish() = 0;
  virtual const std::string& name() const = 0;  // for errors: a path, or `stdin`
  // It can be read only once, and a read may wait for the writer.
  virtual bool is_stream() const = 0;
};

// The inputs of one reader, in order.
class InputSequence {
 public:
  virtual ~InputSequence() = default;
  // Opens the next one; null after the last.
  virtual Result<std::unique_ptr<ByteInput>> next() = 0;
};

}  // namespace dpone::rowfile
