package dev.varve.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.env.Disk;
import dev.varve.env.DiskFile;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A [Disk] that hangs or fails when the test says so: what touches the device then waits until
/// [#work], as a thread does in a kernel whose device does not answer, or is refused.
///
/// Thread-safe: by its lock, which is not held while the other disk works.
public final class WedgedDisk implements Disk {
    private final Disk disk;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private Mood mood = Mood.WORKING;
    @GuardedBy("lock")
    private int stuck;

    private enum Mood {
        WORKING,
        HANGING,
        FAILING
    }

    /// @param disk owned
    public WedgedDisk(Disk disk) {
        this.disk = disk;
    }

    /// From now on nothing returns.
    public void hang() {
        set(Mood.HANGING);
    }

    /// From now on everything is refused.
    public void fail() {
        set(Mood.FAILING);
    }

    /// Goes on with everything that hangs.
    public void work() {
        set(Mood.WORKING);
    }

    /// Waits until so many operations hang.
    public void awaitStuck(int count) {
        lock.lock();
        try {
            while (stuck < count) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// How many operations hang.
    public int stuck() {
        lock.lock();
        try {
            return stuck;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public DiskFile create(String name) {
        pass();
        return new WedgedFile(disk.create(name));
    }

    @Override
    public DiskFile open(String name) {
        pass();
        return new WedgedFile(disk.open(name));
    }

    @Override
    public void delete(String name) {
        pass();
        disk.delete(name);
    }

    @Override
    public List<String> names() {
        pass();
        return disk.names();
    }

    @Override
    public void syncNames() {
        pass();
        disk.syncNames();
    }

    @Override
    public long usableBytes() {
        pass();
        return disk.usableBytes();
    }

    @Override
    public int alignmentBytes() {
        return disk.alignmentBytes();
    }

    @Override
    public void close() {
        disk.close();
    }

    private void set(Mood next) {
        lock.lock();
        try {
            mood = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// What something else of the test's does that lies on this disk, before it touches the device.
    public void pass() {
        lock.lock();
        try {
            if (mood == Mood.HANGING) {
                stuck++;
                changed.signalAll();
                while (mood == Mood.HANGING) {
                    changed.awaitUninterruptibly();
                }
                stuck--;
            }
            if (mood == Mood.FAILING) {
                throw new StorageException(Kind.UNAVAILABLE, "the test lets the disk fail");
            }
        } finally {
            lock.unlock();
        }
    }

    private final class WedgedFile implements DiskFile {
        private final DiskFile file;

        WedgedFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public void read(long offset, MemorySegment target) {
            pass();
            file.read(offset, target);
        }

        @Override
        public void write(long offset, MemorySegment source) {
            pass();
            file.write(offset, source);
        }

        @Override
        public void sync() {
            pass();
            file.sync();
        }

        @Override
        public void truncate(long sizeBytes) {
            pass();
            file.truncate(sizeBytes);
        }

        @Override
        public long sizeBytes() {
            return file.sizeBytes();
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
