package org.portreeve.bench.traffic;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Measures how long the disk takes to make what is added to a file durable, as a journal does it.
 * Says {@code took P50 P99} in nanoseconds. Arguments: the file, which is made and removed, and how
 * often. Main thread.
 */
public final class SyncMain {
    private static final int BATCH_BYTES = 4_096;

    private SyncMain() {}

    /** Runs once; the first tenth is not counted. */
    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[1]);
        long[] tookNs = new long[count];
        try (FileChannel file =
                FileChannel.open(
                        Path.of(arguments[0]),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE)) {
            ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_BYTES);
            for (int i = -count / 10; i < count; i++) {
                file.write(batch.clear());
                long beginNs = System.nanoTime();
                file.force(false);
                tookNs[Math.max(i, 0)] = System.nanoTime() - beginNs;
            }
        }
        System.out.println(Times.took(tookNs));
    }
}
