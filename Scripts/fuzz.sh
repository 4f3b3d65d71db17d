#!/usr/bin/env bash
# Feeds damaged media to the reader for some seconds. Needs the packages that Scripts/setup.sh installs.
# An input that crashes, hangs or takes too much memory is kept in out/fuzz, as crash-…, timeout-…, oom-… or leak-….
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:?usage: fuzz.sh seconds}
out=$PWD/out/fuzz
mkdir -p "$out/seeds" "$out/corpus"

# Makes a seed, unless it is there or this FFmpeg cannot: name, then ffmpeg's arguments.
seed() {
  local name=$1
  shift
  [[ -s $out/seeds/$name ]] && return
  ffmpeg -nostdin -v fatal -y "$@" "$out/seeds/$name" || rm -f "$out/seeds/$name"
}
video=(-f lavfi -i testsrc=s=48x32:r=10:d=0.6)
sound=(-f lavfi -i sine=r=8000:d=0.6 -c:a pcm_s16le -ac 1)
still=(-f lavfi -i testsrc=s=48x32 -frames:v 1)

extras=$(mktemp -d)
trap 'rm -rf "$extras"; rm -f /dev/shm/semblance-fuzz-*' EXIT
printf '1\n00:00:00,000 --> 00:00:00,500\nHello\n' > "$extras/words.srt"
printf ';FFMETADATA1\ntitle=x\n[CHAPTER]\nTIMEBASE=1/10\nSTART=0\nEND=3\ntitle=one\n' > "$extras/chapters.txt"
ffmpeg -nostdin -v error -y "${still[@]}" "$extras/cover.jpg"

for codec in libx264 libx265 libvpx-vp9 libaom-av1 mpeg2video mpeg4 ffv1 prores_ks mjpeg; do
  quick=()
  [[ $codec == libx26? ]] && quick=(-preset ultrafast -x265-params log-level=none)
  [[ $codec == libaom-av1 ]] && quick=(-cpu-used 8 -usage realtime)
  seed "$codec.mkv" "${video[@]}" "${sound[@]}" -c:v "$codec" "${quick[@]}"
done
seed h264.mp4 "${video[@]}" -f lavfi -i sine=r=8000:d=0.6 -c:v libx264 -bf 2 -c:a aac -movflags +faststart
seed fragments.mp4 "${video[@]}" -c:v libx264 -g 2 -movflags +frag_keyframe+empty_moov
seed edits.mov -ss 0.25 -i "$out/seeds/h264.mp4" -c copy
seed hevc.mp4 "${video[@]}" -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le
seed turned.mov "${video[@]}" -c:v prores_ks -pix_fmt yuva444p10le -metadata:s:v rotate=90
seed chapters.mp4 "${video[@]}" -i "$extras/words.srt" -i "$extras/chapters.txt" -map 0 -map 1 -map_metadata 2 \
  -c:v mpeg4 -c:s mov_text
seed cover.mp4 "${video[@]}" -i "$extras/cover.jpg" -map 0 -map 1 -c:v:0 mpeg4 -c:v:1 copy -disposition:v:1 attached_pic
seed attachment.mkv "${video[@]}" -i "$extras/words.srt" -map 0 -map 1 -c:v mpeg4 -c:s srt -attach "$extras/cover.jpg" \
  -metadata:s:t mimetype=image/jpeg
seed live.mkv "${video[@]}" -c:v libx264 -live 1
seed alpha.webm "${video[@]}" -c:v libvpx-vp9 -pix_fmt yuva420p
seed h264.ts "${video[@]}" -f lavfi -i sine=r=8000:d=0.6 -c:v libx264 -c:a mp2 -ar 16000
seed mpeg2.mpg "${video[@]}" -r 25 -c:v mpeg2video
seed mjpeg.avi "${video[@]}" "${sound[@]}" -c:v mjpeg
seed raw.avi "${video[@]}" -c:v rawvideo -pix_fmt bgr24
seed h263.flv "${video[@]}" -c:v flv
seed small.gif "${video[@]}"
seed small.apng "${video[@]}"
for name in rgb.png rgb.jpg rgb.tiff rgb.bmp rgb.webp rgb.ppm rgb.tga rgb.jp2; do seed "$name" "${still[@]}"; done
seed deep.png "${still[@]}" -pix_fmt rgba64be
seed palette.png "${still[@]}" -pix_fmt pal8
seed deep.tiff "${still[@]}" -pix_fmt rgb48le -compression_algo lzw
seed gray.jpg "${still[@]}" -pix_fmt gray

swift build --package-path Fuzz --scratch-path .build/fuzz --sanitize address --sanitize fuzzer --product FuzzMedia
LSAN_OPTIONS="suppressions=$PWD/Scripts/sanitizers/leaks.supp:print_suppressions=0" \
  "$(swift build --package-path Fuzz --scratch-path .build/fuzz --sanitize address --sanitize fuzzer --show-bin-path)/FuzzMedia" \
  "$out/corpus" "$out/seeds" -max_total_time="$time" -timeout=20 -rss_limit_mb=4096 -max_len=65536 \
  -artifact_prefix="$out/" -print_final_stats=1 -use_value_profile=1
