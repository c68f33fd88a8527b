#!/usr/bin/env bash
# On a Mac: builds the customer's program as an app in a disk image. Not yet seen running (docs/macos.md).
# Usage: tools/macos_program.sh SERVER COMPANY FOLDER. With SIGN_AS="Developer ID Application: ..." it is signed; with
# NOTARY_PROFILE (made by `xcrun notarytool store-credentials`) it is notarised as well.
set -euo pipefail
cd "$(dirname "$0")/.."
server=$1 company=$2 folder=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder" "$work/data/beistand/host"
python - "$server" "$company" > "$work/data/beistand/host/firm.json" <<'PY'
import sys
from beistand.builder.firm import checked
sys.stdout.buffer.write(checked(sys.argv[1], sys.argv[2]).as_json())
PY
printf 'import runpy, sys\n%s\nrunpy.run_module(door, run_name="__main__", alter_sys=True)\n' \
  'door = sys.argv.pop(2) if sys.argv[1:2] == ["-m"] and sys.argv[2].startswith("beistand.host.") else "beistand.host.one_file"
if sys.argv[1:2] == ["-m"]: del sys.argv[1]' > "$work/Fernhilfe.py"
libraries=$(python -c 'import av, pathlib; print(pathlib.Path(av.__file__).parent / ".dylibs")')
bundled=()
for name in libvpx libswscale libavutil; do
  for file in "$libraries/$name"*.dylib; do bundled+=(--add-binary "$file:."); done
done
python -m PyInstaller --noconfirm --windowed --name Fernhilfe --osx-bundle-identifier org.beistand.fernhilfe \
  --distpath "$work/dist" --workpath "$work/build" --specpath "$work" \
  --collect-submodules beistand.host --collect-submodules beistand.protocol --collect-submodules beistand.transport \
  --exclude-module av --exclude-module numpy --add-data "$work/data/beistand/host/firm.json:beistand/host" \
  "${bundled[@]}" ${SIGN_AS:+--codesign-identity "$SIGN_AS"} "$work/Fernhilfe.py"
hdiutil create -volname Fernhilfe -srcfolder "$work/dist/Fernhilfe.app" -ov -format UDZO "$folder/Fernhilfe.dmg"
if [ -n "${NOTARY_PROFILE:-}" ]; then
  xcrun notarytool submit "$folder/Fernhilfe.dmg" --keychain-profile "$NOTARY_PROFILE" --wait
  xcrun stapler staple "$folder/Fernhilfe.dmg"
fi
shasum -a 256 "$folder/Fernhilfe.dmg"
