#include "dpone/ports/capabilities.h"

namespace dpone {

std::string_view to_string(PublishClass value) {
  switch (value) {
    case PublishClass::kTransactional:
      return "transactional";
    case PublishClass::kAtomicStep:
      return "atomic_step";
    case PublishClass::kRename:
      return "rename";
    case PublishClass::kStream:
      return "stream";
  }
  return "transactional";
}

}  // namespace dpone
