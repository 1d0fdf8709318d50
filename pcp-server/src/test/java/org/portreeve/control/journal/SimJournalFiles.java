package org.portreeve.control.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A directory that forgets: what was not forced is lost at a crash, in part, and the last write may
 * be torn at any byte or sector. Writes and forces fail on demand; what a failed force covered may
 * never reach the disk, and no later force brings it there. One thread.
 */
final class SimJournalFiles implements JournalFiles {
    private static final int SECTOR_BYTES = 512;

    /** Thrown in the middle of an operation: the process is dead. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;

        Crash() {
            super("crash", null, false, false);
        }
    }

    private final SplittableRandom random;
    private Map<String, Inode> durable = new TreeMap<>();
    private Map<String, Inode> visible = new TreeMap<>();
    private final SimLinks links = new SimLinks();
    private boolean wereUsed;
    private double failureRate;
    private long operationsLeft = Long.MAX_VALUE;

    SimJournalFiles(SplittableRandom random) {
        this.random = random;
    }

    /** From now on there is a journal, or was one. */
    void use() {
        wereUsed = true;
    }

    /** From now on files get no second names. */
    void refuseLinks() {
        links.refuses = true;
    }

    /** From now on each operation fails with this probability. */
    void failureRate(double rate) {
        failureRate = rate;
    }

    /** The process dies in the middle of the operation after so many. */
    void crashAfter(long operations) {
        operationsLeft = operations;
    }

    /** The process was killed: the kernel still has, and may force, everything. */
    void kill() {
        operationsLeft = Long.MAX_VALUE;
        failureRate = 0;
    }

    /** The power failed: what was not forced is there, or in part, or not. */
    void losePower() {
        kill();
        durable = left(durable, visible);
        visible = new TreeMap<>(durable);
        links.durable = left(links.durable, links.visible);
        links.visible = new TreeMap<>(links.durable);
        Set<Inode> inodes = Collections.newSetFromMap(new IdentityHashMap<>());
        Stream.of(durable, links.durable).map(Map::values).forEach(inodes::addAll);
        // In an order of ours: that of the set differs from run to run.
        Stream.concat(durable.values().stream(), links.durable.values().stream())
                .filter(inodes::remove)
                .forEach(inode -> inode.losePower(random));
    }

    private Map<String, Inode> left(Map<String, Inode> durable, Map<String, Inode> visible) {
        Map<String, Inode> left = new TreeMap<>();
        for (var names : List.of(durable, visible)) {
            names.forEach((name, inode) -> {
                boolean settled = durable.get(name) == visible.get(name);
                if (settled || random.nextBoolean()) {
                    left.put(name, inode);
                }
            });
        }
        return left;
    }

    /** The same files without those of the journal; to be looked at only. */
    SimJournalFiles withoutJournal() {
        var copy = new SimJournalFiles(random);
        copy.links.visible = links.visible;
        copy.links.durable = links.durable;
        return copy;
    }

    /** Somebody takes the journal's directory away, with all that is in it. */
    void loseJournal() {
        durable.clear();
        visible.clear();
    }

    /** The same of the directory of second names. */
    void loseLinks() {
        links.durable.clear();
        links.visible.clear();
    }

    /** What a file looks like to a reader, to be damaged by a test. */
    byte[] content(String name) {
        return visible.get(name).visible.clone();
    }

    /** Replaces a file, on the disk as well. */
    void replace(String name, byte[] content) {
        Inode inode = new Inode();
        inode.visible = content.clone();
        inode.durable = content.clone();
        visible.put(name, inode);
        durable.put(name, inode);
    }

    /** Damages a file where it is, under all its names. */
    void damage(String name, byte[] content) {
        Inode inode = links.visible.get(name);
        inode.visible = content.clone();
        inode.durable = content.clone();
    }

    @Override
    public String location() {
        return "sim";
    }

    @Override
    public boolean wereUsed() {
        return wereUsed;
    }

    @Override
    public FileLinks links() {
        return links;
    }

    @Override
    public List<String> list() {
        return List.copyOf(visible.keySet());
    }

    @Override
    public JournalFile create(String name) throws IOException {
        operation("create");
        if (visible.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        Inode inode = new Inode();
        visible.put(name, inode);
        return new SimFile(inode);
    }

    @Override
    public JournalFile open(String name) throws IOException {
        return opened(visible, name);
    }

    private SimFile opened(Map<String, Inode> names, String name) throws IOException {
        if (!names.containsKey(name)) {
            throw new NoSuchFileException(name);
        }
        return new SimFile(names.get(name));
    }

    @Override
    public void delete(String name) throws IOException {
        operation("delete");
        if (visible.remove(name) == null) {
            throw new NoSuchFileException(name);
        }
    }

    @Override
    public void force() throws IOException {
        operation("force the directory");
        durable = new TreeMap<>(visible);
    }

    @Override
    public void close() {}

    /** Fails or dies when its turn has come. */
    private void operation(String what) throws IOException {
        if (operationsLeft-- <= 0) {
            throw new Crash();
        }
        if (failureRate > 0 && random.nextDouble() < failureRate) {
            throw new IOException("cannot " + what + ": simulated");
        }
    }

    private static byte[] written(byte[] content, Change change, int length) {
        int end = Math.toIntExact(change.offset + length);
        byte[] result = Arrays.copyOf(content, Math.max(content.length, end));
        System.arraycopy(change.bytes, 0, result, Math.toIntExact(change.offset), length);
        return result;
    }

    /** A write at an offset, or a truncation to it when there are no bytes. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Change(long offset, byte[] bytes) {
        boolean isTruncation() {
            return bytes.length == 0;
        }

        byte[] on(byte[] content) {
            return isTruncation()
                    ? Arrays.copyOf(content, Math.toIntExact(offset))
                    : written(content, this, bytes.length);
        }
    }

    private static final class Inode {
        private byte[] visible = {};
        private byte[] durable = {};
        private final List<Change> pending = new ArrayList<>();

        void change(Change change) {
            visible = change.on(visible);
            pending.add(change);
        }

        void force() {
            pending.forEach(change -> durable = change.on(durable));
            pending.clear();
        }

        /** Each page was written, or was given up for good. */
        void failForce(SplittableRandom random) {
            for (Change change : pending) {
                lose(change, random);
            }
            pending.clear();
        }

        void losePower(SplittableRandom random) {
            int kept = random.nextInt(pending.size() + 1);
            for (Change change : pending.subList(0, kept)) {
                durable = change.on(durable);
            }
            if (kept < pending.size()) {
                lose(pending.get(kept), random);
            }
            pending.clear();
            visible = durable.clone();
        }

        private void lose(Change change, SplittableRandom random) {
            if (change.isTruncation()) {
                return;
            }
            switch (random.nextInt(4)) {
                case 0 -> durable = change.on(durable);
                case 1 -> loseSectors(change, random);
                case 2 -> {
                    // All of it is gone.
                }
                default ->
                        durable = written(durable, change, random.nextInt(change.bytes.length + 1));
            }
        }

        /** The size grew, but some sectors have what was there before, or zeros. */
        private void loseSectors(Change change, SplittableRandom random) {
            byte[] before = durable;
            durable = change.on(durable);
            int end = Math.toIntExact(change.offset + change.bytes.length);
            for (int at = Math.toIntExact(change.offset); at < end; ) {
                int next = Math.min(end, (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
                if (random.nextBoolean()) {
                    Arrays.fill(durable, at, next, (byte) 0);
                    int had = Math.min(next, before.length) - at;
                    if (had > 0) {
                        System.arraycopy(before, at, durable, at, had);
                    }
                }
                at = next;
            }
        }
    }

    private final class SimLinks implements FileLinks {
        private boolean refuses;
        private Map<String, Inode> durable = new TreeMap<>();
        private Map<String, Inode> visible = new TreeMap<>();

        @Override
        public String location() {
            return "sim links";
        }

        @Override
        public List<String> list() {
            return List.copyOf(visible.keySet());
        }

        @Override
        public boolean has(String name) {
            return visible.containsKey(name)
                    && visible.get(name) == SimJournalFiles.this.visible.get(name);
        }

        @Override
        public void link(String name) throws IOException {
            if (refuses) {
                throw new IOException("no hard links: simulated");
            }
            operation("link");
            visible.put(name, SimJournalFiles.this.visible.get(name));
        }

        @Override
        public JournalFile open(String name) throws IOException {
            return opened(visible, name);
        }

        @Override
        public void delete(String name) throws IOException {
            operation("delete a link");
            visible.remove(name);
        }

        @Override
        public void force() throws IOException {
            operation("force the links");
            durable = new TreeMap<>(visible);
        }
    }

    private final class SimFile implements JournalFile {
        private final Inode inode;

        SimFile(Inode inode) {
            this.inode = inode;
        }

        @Override
        public long size() {
            return inode.visible.length;
        }

        @Override
        public int read(ByteBuffer target, long offset) {
            int left = inode.visible.length - Math.toIntExact(offset);
            if (left <= 0) {
                return -1;
            }
            int length = Math.min(left, target.remaining());
            target.put(inode.visible, Math.toIntExact(offset), length);
            return length;
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            try {
                operation("write");
            } catch (IOException | Crash e) {
                byte[] part = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
                if (part.length > 0) {
                    inode.change(new Change(offset, part));
                }
                throw e;
            }
            inode.change(new Change(offset, bytes));
        }

        @Override
        public void truncate(long size) throws IOException {
            operation("truncate");
            inode.change(new Change(size, new byte[0]));
        }

        @Override
        public void force() throws IOException {
            try {
                operation("force");
            } catch (IOException e) {
                inode.failForce(random);
                throw e;
            }
            inode.force();
        }

        @Override
        public void close() {}
    }
}
