// What leaves this computer under a passphrase: Argon2id makes the key, secretstream seals and proves the content.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/secret.h"

namespace agt::store {

inline constexpr std::string_view bundle_title = "agt export 1";

// Text: the title, then base64 in lines. Code::schema for a passphrase that is too short.
[[nodiscard]] Result<std::string> seal_bundle(const Secret& content, const Secret& passphrase);
// Code::schema, field "passphrase", when it is another one; field "text" when the bundle is damaged or none of ours.
[[nodiscard]] Result<Secret> open_bundle(std::string_view text, const Secret& passphrase);
[[nodiscard]] bool is_bundle(std::string_view text);

}  // namespace agt::store
