import Catalogue
import Testing

@Suite struct CacheFolderTests {
  @Test(
    arguments: [
      (["SEMBLANCE_CACHE": "/s", "XDG_CACHE_HOME": "/x", "HOME": "/h"], "/s"),
      (["SEMBLANCE_CACHE": "", "XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/semblance"),
      (["XDG_CACHE_HOME": "relative", "HOME": "/h"], "/h/.cache/semblance"),
      (["XDG_CACHE_HOME": "", "HOME": "/h"], "/h/.cache/semblance"),
      (["HOME": "/h"], "/h/.cache/semblance"),
    ] as [([String: String], String)])
  func isFound(_ environment: [String: String], _ path: String) throws {
    #expect(try CacheFolder(environment: environment).path == path)
  }

  @Test func hasAPlaceForEachThing() {
    let folder = CacheFolder(path: "/c")
    #expect(folder.models == "/c/models")
    #expect(folder.onnxRuntimeLibrary == "/c/onnxruntime/libonnxruntime.so")
    #expect(folder.media == "/c/media")
    #expect(folder.benchmark == "/c/benchmark")
  }

  @Test func cannotBeFound() {
    let error = #expect(throws: CatalogueError.self) { try CacheFolder(environment: ["HOME": ""]) }
    #expect(error?.kind == .noCacheFolder)
    #expect(
      error?.message == "no folder to look for models in: none of SEMBLANCE_CACHE, XDG_CACHE_HOME and HOME is set; "
        + "set SEMBLANCE_CACHE to the folder that `make setup` filled")
  }
}
