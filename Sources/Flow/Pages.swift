internal import Glibc

/// Zeroed memory of the kernel's, reserved at once, and given page by page as it is touched.
///
/// Beyond the first 2 MiB in huge pages, where the kernel has them for who asks (Documentation/admin-guide/mm/transhuge.rst): a
/// table with a million records is looked up in any order, and each look would cost a walk through the page tables. What is
/// small stays small.
///
/// Why the unsafe lines hold: `base` is a private anonymous mapping of `count` strides, owned by this value alone and unmapped
/// once; who takes an address out of it checks the index; and `Element` is trivial, so that zeroed or overwritten memory needs
/// neither initialisation nor destruction.
@safe struct Pages<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  private static var hugePage: Int { 2 << 20 }

  /// nil where the address space does not allow it.
  init?(count: Int) {
    let bytes = count * MemoryLayout<Element>.stride
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let memory = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return nil }
    // Advice: where it is not taken, nothing is lost.
    if bytes > Pages.hugePage {
      _ = unsafe madvise(memory + Pages.hugePage, bytes - Pages.hugePage, MADV_HUGEPAGE)
    }
    unsafe base = memory.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  deinit { unsafe munmap(base, count * MemoryLayout<Element>.stride) }
}
