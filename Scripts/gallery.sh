#!/usr/bin/env bash
# Puts faces onto clips and pictures and draws a sheet of each, to be looked at: gallery.sh [--measure COMMAND] [FOLDER]
#
# Targets are the pinned media and what lies in FOLDER, or $GALLERY; $SOURCES (photos, one a line) are put onto each.
# A sheet has rows of five moments: the source, before, after. It lies in out/gallery beside the result.
#
# COMMAND, or $MEASURE, is run by the shell for each result, with the files' names in SOURCE, TARGET and OUTPUT; what it
# prints is written under the sheet.
set -euo pipefail
project=$(realpath -- "$(dirname -- "$0")/..")
cache=${SEMBLANCE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/semblance}

usage() {
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

measure=${MEASURE:-} folder=${GALLERY:-}
while [[ $# -gt 0 ]]; do
  case $1 in
    --measure) [[ $# -gt 1 ]] || usage; measure=$2; shift 2 ;;
    --measure=*) measure=${1#*=}; shift ;;
    -*) usage ;;
    *) folder=$1; shift ;;
  esac
done

targets=("$cache/media/WolfgangLanger_Pexels.mp4" "$cache/media/multi_face.jpg" "$cache/media/astronaut.png")
if [[ -n $folder ]]; then
  # A name that begins with a dash is still a name.
  [[ $folder == /* ]] || folder=./$folder
  [[ -d $folder ]] || {
    echo "The gallery was not made: there is no folder '$folder'." >&2
    exit 1
  }
  mapfile -d '' -O "${#targets[@]}" targets < <(find -L "$folder" -maxdepth 1 -type f ! -name '.*' -print0 | sort -z)
fi
mapfile -t sources <<<"${SOURCES:-$cache/media/astronaut.png}"

output=out/gallery
mkdir -p "$output"
made=0
for target in "${targets[@]}"; do
  # Sounds, texts and lists are no targets.
  ffprobe -v error -select_streams v:0 -show_entries stream=width -of csv=p=0 "file:$target" 2>/dev/null | grep -q . ||
    { echo "'$target' shows no picture and is left out." >&2; continue; }
  for source in "${sources[@]}"; do
    [[ ! $source -ef $target ]] || continue
    name=$(basename -- "${target%.*}")-$(basename -- "${source%.*}")
    ending=${target##*.}
    case ${ending,,} in
      mp4 | mov | m4v | mkv | webm | avi | ts | gif | webp | png | jpg | jpeg | bmp | tif | tiff) ;;
      *) ending=mkv ;;
    esac
    result=$output/$name.$ending sheet=$output/$name-sheet.jpg
    echo "$name"
    # Without a face there is nothing to look at; what else goes wrong is told and does not keep the others waiting.
    "$project/.build/release/semblance" run --source "$source" --target "$target" --output "$result" \
      --require-face --progress none || continue
    caption=$(basename -- "$target")
    if [[ -n $measure ]]; then
      figures=$(SOURCE=$source TARGET=$target OUTPUT=$result bash -c "$measure") ||
        figures="the measuring command failed with exit code $?"
      caption+=$'\n'$figures
    fi
    "$project/Scripts/contact-sheet.sh" --source "$source" --caption "$caption" "$target" "$result" "$sheet"
    made=$((made + 1))
  done
done
[[ $made -gt 0 ]] || {
  echo "The gallery is empty: nothing was made." >&2
  exit 1
}
echo
echo "$made sheets in $(realpath -- "$output")"
