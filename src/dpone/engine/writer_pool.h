// WriterPool: the writers of one load. The first is there before the first row, since a sink that waits in the middle
// of a load is working while one that waits before it sits idle; others are opened while rows queue up, so that a small
// load costs no second connection. Used by the thread that loads.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/ports/writer.h"

namespace dpone::engine {

template <class Writer>
class WriterPool {
 public:
  using Open = std::function<Result<std::unique_ptr<Writer>>()>;

  // `open` makes a further writer, of at most `most`.
  WriterPool(std::unique_ptr<Writer> first, int most, Open open) : most_(most), open_(std::move(open)) {
    writers_.push_back(std::move(first));
  }

  Writer& first() { return *writers_.front(); }
  bool may_grow() const { return static_cast<int>(writers_.size()) < most_; }
  int most() const { return most_; }
  Result<Writer*> grow() {
    DPONE_TRY(std::unique_ptr<Writer> writer, open_());
    writers_.push_back(std::move(writer));
    return writers_.back().get();
  }
  // Ends all of them: what the sink counted, together.
  Result<WriteSummary> finish() {
    WriteSummary sum{0, 0};
    for (const std::unique_ptr<Writer>& writer : writers_) {
      DPONE_TRY(const WriteSummary one, writer->finish());
      sum.rows += one.rows;
      if (sum.rows_reported && one.rows_reported) {
        *sum.rows_reported += *one.rows_reported;
      } else {
        sum.rows_reported.reset();
      }
    }
    return sum;
  }

 private:
  const int most_;
  Open open_;
  std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace dpone::engine
