/// Writes one message in the wire format of protocol buffers.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  /// Adds a whole number, at least 0.
  mutating func add(_ field: Int, _ value: Int) {
    addVariableLength(field << 3)
    addVariableLength(value)
  }

  /// Adds a text.
  mutating func add(_ field: Int, _ text: String) {
    add(field, Array(text.utf8))
  }

  /// Adds a message that `write` fills.
  mutating func add(_ field: Int, _ write: (inout ProtobufMessage) -> Void) {
    var message = ProtobufMessage()
    write(&message)
    add(field, message.bytes)
  }

  private mutating func add(_ field: Int, _ content: [UInt8]) {
    addVariableLength(field << 3 | 2)
    addVariableLength(content.count)
    bytes += content
  }

  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  private mutating func addVariableLength(_ value: Int) {
    var rest = UInt64(value)
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
