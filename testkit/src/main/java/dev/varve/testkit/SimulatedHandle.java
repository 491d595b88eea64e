package dev.varve.testkit;

import dev.varve.env.DiskFile;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An open file of a [SimulatedDisk].
///
/// Thread-safe: by the disk's monitor.
final class SimulatedHandle implements DiskFile {
    private final SimulatedDisk disk;
    private final SimulatedFile file;
    private volatile boolean closed;

    SimulatedHandle(SimulatedDisk disk, SimulatedFile file) {
        this.disk = disk;
        this.file = file;
    }

    SimulatedFile file() {
        return file;
    }

    @Override
    public void read(long offset, MemorySegment target) {
        check(offset, target);
        var bytes = new byte[Math.toIntExact(target.byteSize())];
        disk.read(file, offset, bytes);
        target.copyFrom(MemorySegment.ofArray(bytes));
    }

    @Override
    public void write(long offset, MemorySegment source) {
        check(offset, source);
        disk.write(file, offset, source.toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public void sync() {
        checkOpen();
        disk.sync(file);
    }

    @Override
    public void truncate(long sizeBytes) {
        checkOpen();
        disk.truncate(file, sizeBytes);
    }

    @Override
    public long sizeBytes() {
        checkOpen();
        return disk.sizeBytes(file);
    }

    @Override
    public void close() {
        closed = true;
        disk.forget(this);
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private void check(long offset, MemorySegment bytes) {
        checkOpen();
        disk.checkAligned(offset, bytes.byteSize(), bytes.isNative() ? bytes.address() : 0);
    }

    private void checkOpen() {
        if (closed) {
            throw new StorageException(Kind.CLOSED, file + " is closed");
        }
    }
}
