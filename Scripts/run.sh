#!/usr/bin/env bash
# Puts the face of $SOURCE onto $TARGET (by default the demo media), writes $OUTPUT and a before/after sheet beside it.
set -euo pipefail
project=$(dirname "$0")/..

cache=${SEMBLANCE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/semblance}
source=${SOURCE:-$cache/media/astronaut.png}
target=${TARGET:-$cache/media/WolfgangLanger_Pexels.mp4}
output=${OUTPUT:-out/demo.mp4}

for file in "$source" "$target"; do
  [[ -e $file ]] || {
    echo "The run did not start: there is no file '$file'. Check SOURCE and TARGET, or leave both out (the demo)." >&2
    exit 1
  }
done

folder=$(dirname -- "$output")
name=$(basename -- "$output")
mkdir -p -- "$folder"
"$project/.build/release/semblance" run --source "$source" --target "$target" --output "$output"

sheet=$folder/${name%.*}-sheet.jpg
"$project/Scripts/contact-sheet.sh" "$target" "$output" "$sheet"
echo
echo "Result:        $(realpath -- "$output")"
echo "Before, after: $(realpath -- "$sheet")"
