#!/usr/bin/env bash
# Puts the app into a disk image, beside a link to Applications. Not run yet: no Mac was at hand.
#
#   packaging/macos/dmg.sh dist/selfaudit.app dist/selfaudit-0.8.0-macos-arm64.dmg
set -euo pipefail

app=${1:?"which app?"}
image=${2:?"which disk image?"}
if [ ! -d "$app" ]; then
  echo "there is no $app" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/selfaudit"
ditto "$app" "$work/selfaudit/$(basename "$app")"  # keeps links and signatures as they are
ln -s /Applications "$work/selfaudit/Applications"
hdiutil create -volname selfaudit -srcfolder "$work/selfaudit" -fs HFS+ -format UDZO -ov "$image"
hdiutil verify "$image"
