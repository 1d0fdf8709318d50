package org.portreeve.control;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.portreeve.control.event.BlockUse;
import org.portreeve.nat.config.NatConfig;

/**
 * Who has which port block, direct by address and position, so that a walk needs no more than two
 * numbers. Event loop only.
 */
final class BlockBook {
    /** The owner of a block that is in the pool. */
    static final int NOBODY = -1;

    private static final int PORTS = 1 << 16;
    private static final int[] NONE_LEASED = {};

    private final int blockSize;
    private final BlockUse use;

    /** Index of the owner plus one, 0 for none; negative while its record is on its way. */
    private final int[][] owners;

    BlockBook(NatConfig nat, BlockUse use) {
        this.use = use;
        blockSize = nat.pool().block().size();
        owners = new int[nat.addressPlaces()][];
        Arrays.fill(owners, NONE_LEASED);
    }

    /** A block is leased; its record is on its way. */
    void lease(int addressIndex, int firstPort, int subscriber) {
        if (owners[addressIndex].length == 0) {
            owners[addressIndex] = new int[PORTS / blockSize];
        }
        owners[addressIndex][firstPort / blockSize] = -(subscriber + 1);
        use.lease(addressIndex);
    }

    /** The record of the block is durable. */
    void recorded(int addressIndex, int firstPort) {
        int[] ofAddress = owners[addressIndex];
        ofAddress[firstPort / blockSize] = Math.abs(ofAddress[firstPort / blockSize]);
    }

    /** The block went back. */
    void release(int addressIndex, int firstPort) {
        owners[addressIndex][firstPort / blockSize] = 0;
        use.release(addressIndex);
    }

    /** The owner's index, or {@link #NOBODY}. */
    int ownerOf(int addressIndex, int firstPort) {
        int[] ofAddress = owners[addressIndex];
        int owner = ofAddress.length == 0 ? 0 : Math.abs(ofAddress[firstPort / blockSize]);
        return owner - 1;
    }

    /** Whether the record of the block is still on its way. */
    boolean isRecording(int addressIndex, int firstPort) {
        int[] ofAddress = owners[addressIndex];
        return ofAddress.length != 0 && ofAddress[firstPort / blockSize] < 0;
    }

    /** The first ports of an owner's blocks of one address. */
    List<Integer> firstPortsOf(int addressIndex, int subscriber) {
        int[] ofAddress = owners[addressIndex];
        return IntStream.range(0, ofAddress.length)
                .filter(position -> Math.abs(ofAddress[position]) == subscriber + 1)
                .mapToObj(position -> position * blockSize)
                .toList();
    }

    /** Positions of blocks, of all addresses. */
    int slotCount() {
        return owners.length * (PORTS / blockSize);
    }

    int addressOf(int slot) {
        return slot / (PORTS / blockSize);
    }

    int firstPortOf(int slot) {
        return slot % (PORTS / blockSize) * blockSize;
    }
}
