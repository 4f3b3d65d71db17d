/// Strings as C wants a list of them. They live as long as this object.
final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafePointer<CChar>>
  let count: Int

  init(_ strings: [String]) {
    count = strings.count
    pointers = .allocate(capacity: count)
    for (index, string) in strings.enumerated() {
      let length = string.utf8.count + 1
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: length)
      string.withCString { copy.initialize(from: $0, count: length) }
      (pointers + index).initialize(to: UnsafePointer(copy))
    }
  }

  deinit {
    for index in 0..<count { pointers[index].deallocate() }
    pointers.deallocate()
  }
}
