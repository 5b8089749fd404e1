#include "dpone/base/error_json.h"

namespace dpone {

Json error_to_json(const Error& error) {
  Json context = Json::object();
  for (const Error::Context& entry : error.context()) {
    if (!context.contains(entry.key)) context.set(entry.key, entry.value);
  }
  Json out = Json::object();
  out.set("schema_version", "dpone.error.v1")
      .set("error_code", error.slug())
      .set("class", to_string(error.error_class()))
      .set("exit_code", error.exit_code())
      .set("message", error.message())
      .set("context", std::move(context))
      .set("retry", to_string(error.retry_class()));
  if (!error.native_code().empty()) out.set("native_code", error.native_code());
  if (!error.next_step().empty()) out.set("next_step", error.next_step());
  return out;
}

}  // namespace dpone
