#!/bin/sh
# One file that runs on most Linux systems without being installed. Not run yet: appimagetool and its runtime come from no package registry,
# and they are not fetched here. Whoever has them runs this after `make package`:
#   APPIMAGETOOL=/path/to/appimagetool RUNTIME=/path/to/runtime-x86_64 packaging/linux/appimage.sh dist/selfaudit dist/selfaudit-0.8.0-linux-x86_64.AppImage
# `appimagetool` is the program of that name (or an AppImage of it); RUNTIME is the start program that it puts in front. Python 3.11 is needed.
# release.json and SHA256SUMS, which build.py has written before, do not name the file: whoever publishes it gives its sum beside it.
set -eu
app=$1
target=$2
: "${APPIMAGETOOL:?names the program appimagetool}"
: "${RUNTIME:?names the runtime that is put in front}"
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/usr/lib" "$folder/usr/share/metainfo" "$folder/usr/share/applications"
cp -a "$app" "$folder/usr/lib/selfaudit"
cp "$here/selfaudit.desktop" "$folder/selfaudit.desktop"
cp "$here/selfaudit.desktop" "$folder/usr/share/applications/selfaudit.desktop"
PYTHONPATH="$here" python3 -B -c 'import deb; print(deb.metainfo(), end="")' > "$folder/usr/share/metainfo/net.selfaudit.selfaudit.appdata.xml"
cp "$here/../icons/selfaudit-256.png" "$folder/selfaudit.png"
cat > "$folder/AppRun" <<'RUN'
#!/bin/sh
# With a command or an option, the console program; otherwise the window, with the file that was given: commands are words without dot or slash,
# and a file of such a name is given as ./NAME.
here=$(dirname "$(readlink -f "$0")")/usr/lib/selfaudit
case "${1-}" in
-*) exec "$here/selfaudit" "$@" ;;
'' | *[./]*) exec "$here/selfaudit-gui" "$@" ;;
*) exec "$here/selfaudit" "$@" ;;
esac
RUN
chmod 755 "$folder/AppRun"
ARCH=x86_64 "$APPIMAGETOOL" --no-appstream --runtime-file "$RUNTIME" "$folder" "$target"
