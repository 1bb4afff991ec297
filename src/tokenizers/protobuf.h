#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace big {

/// Calls `visit(number, bytes)` for each field of a protocol buffer that holds bytes (texts and messages are
/// such), in order, and passes over the others. False where `message` is none.
bool visit_protobuf_bytes(std::string_view message,
                          const std::function<void(uint64_t number, std::string_view bytes)>& visit);

}  // namespace big
