// JSON Lines as a RowFormat, by codec/json_rows.
#include <algorithm>

#include "dpone/codec/json_rows/decoder.h"
#include "dpone/codec/json_rows/encoder.h"
#include "dpone/codec/json_rows/infer.h"
#include "dpone/rowfile/row_format.h"

namespace dpone::rowfile {
namespace {

class JsonlEncoder final : public RowEncoder {
 public:
  explicit JsonlEncoder(json_rows::Encoder encoder) : encoder_(std::move(encoder)) {}
  void append_header(std::string&) override {}
  Status encode(const Batch& batch, std::string& out) override { return encoder_.encode(batch, out); }

 private:
  json_rows::Encoder encoder_;
};

// A string is a date, a time or a UUID where it looks like one. What looks like a number or a truth value is a text:
// JSON has its own.
void look_at_string(std::string_view text, TypeGuess& guess) {
  TypeGuess alone;
  alone.look(text, 0);
  switch (alone.verdict().type.kind) {
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kUuid:
      return guess.look(text, 0);
    default:
      return guess.look_at_text(0);
  }
}

void look_at_others(const json_rows::KeyFacts& facts, TypeGuess& guess) {
  if (facts.bools > 0) guess.look_at_bools(facts.bools);
  TypeGuess::Numbers numbers;
  numbers.count = facts.integers + facts.decimals + facts.exponents;
  numbers.has_exponent = facts.exponents > 0;
  numbers.is_beyond_int64 = !facts.fits_int64;
  numbers.whole_digits = facts.whole_digits;
  numbers.most_scale = facts.fraction_digits;
  if (numbers.count > 0) guess.look_at_numbers(numbers);
  if (facts.objects + facts.arrays > 0) guess.look_at_json(facts.objects + facts.arrays);
}

class JsonlFormat final : public RowFormat {
 public:
  bool has_fixed_names() const override { return false; }

  bool tells_apart(TypeKind kind) const override {
    switch (kind) {
      case TypeKind::kBool:
      case TypeKind::kInt64:
      case TypeKind::kFloat64:
      case TypeKind::kDecimal:
      case TypeKind::kNumeric:
      case TypeKind::kJson:
        return true;
      default:
        return false;
    }
  }

  Result<Sample> sample(std::string_view front, bool is_whole, std::int64_t max_rows) const override {
    Sample sample;
    if (max_rows == 0) return sample;  // the files before have filled it
    json_rows::InferOptions options;
    options.max_rows = max_rows;
    options.is_whole = is_whole;
    options.on_string = [&](std::size_t key, std::string_view value) {
      if (sample.guesses.size() <= key) sample.guesses.resize(key + 1);
      look_at_string(value, sample.guesses[key]);
    };
    // A line that is wrong is for the load to refuse or reject; here it counts where there is nothing else.
    options.skips_wrong = true;
    DPONE_TRY(json_rows::Inference inference, json_rows::infer(front, options));
    if (inference.keys.empty()) {
      options.skips_wrong = false;
      DPONE_TRY(inference, json_rows::infer(front, options));
      if (!is_whole && front.find('\n') == std::string_view::npos) {
        return Error(ErrorClass::kFailed, "json_rows.row_too_big", "the first row is bigger than the limit")
            .with("row", "1")
            .hint("put each row's object on a separate line, or raise runtime.max_row_bytes");
      }
      return Error(ErrorClass::kFailed, "file.no_header", "no row of the file has a key, so its columns are unknown")
          .hint("a JSON Lines file needs at least one row");
    }
    sample.rows = inference.rows;
    sample.bytes = inference.bytes;
    sample.guesses.resize(inference.keys.size());
    for (std::size_t i = 0; i < inference.keys.size(); ++i) {
      sample.names.push_back(inference.keys[i].key);
      look_at_others(inference.keys[i], sample.guesses[i]);
    }
    return sample;
  }

  Result<std::unique_ptr<RowDecoder>> make_decoder(const std::vector<std::string>& names, Schema schema,
                                                   RowDecoderOptions options) const override {
    json_rows::DecodeLayout layout;
    // A key that is missing from the sample and not excluded is an error, not ignored silently.
    for (const std::string& name : names) {
      const bool is_wanted =
          std::any_of(schema.begin(), schema.end(), [&](const Field& field) { return field.name == name; });
      if (!is_wanted) layout.ignored_keys.push_back(name);
    }
    layout.schema = std::move(schema);
    json_rows::DecoderOptions with;
    with.max_row_bytes = options.max_row_bytes;
    with.target_bytes = kBatchBytes;
    if (options.on_reject) {
      with.on_reject = [take = std::move(options.on_reject)](const json_rows::RejectedRow& row) {
        return take({row.row, row.line, row.text, row.error});
      };
    }
    DPONE_TRY(json_rows::Decoder decoder, json_rows::Decoder::create(std::move(layout), {}, std::move(with)));
    return std::unique_ptr<RowDecoder>(std::make_unique<CodecDecoder<json_rows::Decoder>>(std::move(decoder)));
  }

  Result<std::unique_ptr<RowEncoder>> make_encoder(Schema schema) const override {
    DPONE_TRY(json_rows::Encoder encoder, json_rows::Encoder::create(std::move(schema), {}));
    return std::unique_ptr<RowEncoder>(std::make_unique<JsonlEncoder>(std::move(encoder)));
  }
};

}  // namespace

Result<std::unique_ptr<RowFormat>> make_jsonl_format(const FormatSettings&) {
  return std::unique_ptr<RowFormat>(std::make_unique<JsonlFormat>());
}

}  // namespace dpone::rowfile
