import CFFmpeg

/// Which metadata an output takes over.
enum ContainerMetadata {
  /// What describes the input's container itself, and would be false of the output.
  private static let stale: Set<String> = [
    "major_brand", "minor_version", "compatible_brands", "encoder",
  ]
  /// What MP4 has a place for. Others need a table of free keys, which few players read.
  private static let standard: Set<String> = [
    "title", "artist", "album_artist", "album", "composer", "date", "comment", "genre", "copyright", "grouping",
    "lyrics",
    "description", "synopsis", "show", "episode_id", "network", "keywords", "episode_sort", "season_number",
    "media_type",
    "hd_video", "gapless_playback", "compilation", "track", "disc", "creation_time", "timecode", "location", "year",
  ]

  /// Metadata of the whole file.
  static func copy(
    from source: OpaquePointer?, adding extra: [String: String], to target: inout OpaquePointer?
  ) {
    // "Lavf" is how FFmpeg signs files, under a name that depends on the container.
    for (key, value) in entries(source) where !stale.contains(key.lowercased()) && !value.hasPrefix("Lavf") {
      av_dict_set(&target, key, value, 0)
    }
    for (key, value) in extra { av_dict_set(&target, key, value, 0) }
  }

  /// Metadata of a track. Of one that is encoded anew, its old size, encoder and statistics are no longer true.
  static func copyTrack(from source: OpaquePointer?, isEncoded: Bool, to target: inout OpaquePointer?) {
    for (key, value) in entries(source) {
      let name = key.uppercased()
      let isMeasured =
        ["BPS", "DURATION", "NUMBER_OF_FRAMES", "NUMBER_OF_BYTES"].contains { name == $0 || name.hasPrefix($0 + "-") }
        || name.hasPrefix("_STATISTICS") || name == "ENCODER" || name == "VENDOR_ID"
      if isEncoded, isMeasured { continue }
      av_dict_set(&target, key, value, 0)
    }
  }

  static func needsFreeKeys(_ metadata: OpaquePointer?) -> Bool {
    entries(metadata).keys.contains { key in
      // Languages and countries are written after the key: "title-eng".
      let base = key.split(separator: "-").first.map(String.init) ?? key
      return !standard.contains(base.lowercased())
    }
  }
}
