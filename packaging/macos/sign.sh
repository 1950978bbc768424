#!/usr/bin/env bash
# Signs the app or its disk image and has Apple notarise it. Not run yet: neither a Mac nor keys were at hand.
#
#   packaging/macos/sign.sh dist/selfaudit.app
#   packaging/macos/sign.sh dist/selfaudit-0.8.0-macos-arm64.dmg
#
# Keys come from the environment, never from a file of the repository:
#   SELFAUDIT_MACOS_CERTIFICATE            "Developer ID Application" with its key, a .p12 as Base64
#   SELFAUDIT_MACOS_CERTIFICATE_PASSWORD   its password
#   SELFAUDIT_NOTARY_KEY                   a key of App Store Connect, a .p8 as Base64
#   SELFAUDIT_NOTARY_KEY_ID                its number
#   SELFAUDIT_NOTARY_ISSUER                the number of its issuer
# Without a certificate it says so; an app is then sealed without an identity, because what was changed after PyInstaller has sealed it would
# not open. Without a key for notarising it says so and does not notarise. With keys, whatever fails ends with 1.
#
# entitlements.plist (no comment may stand in it: Apple's reader of entitlements refuses them) allows one thing: code made at run time, which
# callbacks of ctypes and of cffi (pyOpenSSL) are; without it an app hangs or dies there. Every library is signed with the identity of the
# app, so the validation of libraries stays on; no JIT, no DYLD variables.
set -euo pipefail

thing=${1:?"which app or disk image?"}
entitlements="$(cd "$(dirname "$0")" && pwd)/entitlements.plist"

if [ ! -e "$thing" ]; then
  echo "there is no $thing" >&2
  exit 1
fi

if [ -z "${SELFAUDIT_MACOS_CERTIFICATE:-}" ]; then
  case $thing in
    *.app) codesign --force --deep --sign - --entitlements "$entitlements" "$thing" ;;
  esac
  echo "not signed: SELFAUDIT_MACOS_CERTIFICATE is not set ($thing)"
  exit 0
fi

work=$(mktemp -d)
keychain="$work/signing.keychain-db"
before=$(security list-keychains -d user | tr -d '"')
# shellcheck disable=SC2086 # one word for each keychain is what is wanted
put_back() {
  security list-keychains -d user -s $before >/dev/null 2>&1 || true
  security delete-keychain "$keychain" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap put_back EXIT

password=$(openssl rand -hex 16)
printf '%s' "$SELFAUDIT_MACOS_CERTIFICATE" | openssl base64 -d -A -out "$work/certificate.p12"
security create-keychain -p "$password" "$keychain"
security set-keychain-settings -lut 3600 "$keychain"
security unlock-keychain -p "$password" "$keychain"
security import "$work/certificate.p12" -k "$keychain" -P "${SELFAUDIT_MACOS_CERTIFICATE_PASSWORD:-}" -T /usr/bin/codesign >/dev/null
security set-key-partition-list -S apple-tool:,apple: -s -k "$password" "$keychain" >/dev/null
# shellcheck disable=SC2086
security list-keychains -d user -s "$keychain" $before
identity=$(security find-identity -v -p codesigning "$keychain" | awk '/Developer ID Application/ { print $2; exit }')
if [ -z "$identity" ]; then
  echo "SELFAUDIT_MACOS_CERTIFICATE holds no Developer ID Application" >&2
  exit 1
fi

sign() { codesign --force --timestamp --keychain "$keychain" --sign "$identity" "$@"; }

case $thing in
  *.app)
    # From the inside out: libraries and frameworks, then the programs, then the app, which seals all of them.
    find "$thing/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) -print0 |
      while IFS= read -r -d '' file; do sign --options runtime "$file"; done
    find "$thing/Contents/Frameworks" -type d -name '*.framework' -print0 |
      while IFS= read -r -d '' folder; do sign --options runtime "$folder"; done
    for program in selfaudit selfaudit-gui; do
      sign --options runtime --entitlements "$entitlements" "$thing/Contents/MacOS/$program"
    done
    sign --options runtime --entitlements "$entitlements" "$thing"
    codesign --verify --deep --strict --verbose=2 "$thing"
    ;;
  *)
    sign "$thing"
    codesign --verify --verbose=2 "$thing"
    ;;
esac
echo "signed: $thing"

if [ -z "${SELFAUDIT_NOTARY_KEY:-}" ]; then
  echo "not notarised: SELFAUDIT_NOTARY_KEY is not set ($thing)"
  exit 0
fi
printf '%s' "$SELFAUDIT_NOTARY_KEY" | openssl base64 -d -A -out "$work/notary.p8"
upload=$thing
case $thing in
  *.app)
    upload="$work/upload.zip"
    ditto -c -k --keepParent "$thing" "$upload"
    ;;
esac
xcrun notarytool submit "$upload" --wait --timeout 30m --key "$work/notary.p8" --key-id "${SELFAUDIT_NOTARY_KEY_ID:?}" --issuer "${SELFAUDIT_NOTARY_ISSUER:?}"
xcrun stapler staple "$thing"
echo "notarised: $thing"
