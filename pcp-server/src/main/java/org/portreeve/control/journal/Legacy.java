package org.portreeve.control.journal;

/**
 * What a journal begins with that another one had, which was lost. Immutable once made.
 *
 * @param taken what it takes over; empty when nothing was lost, or nothing is known of it
 */
record Legacy(Loss loss, JournalImage taken) {
    /** An epoch would say that all was taken over, before it was. */
    Legacy {
        assert taken.epochStartMillis().isEmpty() : "an epoch is not taken over";
    }

    /** Of a journal that goes on. */
    static Legacy none() {
        return new Legacy(Loss.NONE, new JournalImage());
    }

    /**
     * Looks for the last tuples of a journal that was lost.
     *
     * @param end where the journal that is there ends
     * @param image what that one has
     */
    static Legacy of(
            JournalFiles files,
            String node,
            JournalEnd end,
            JournalImage image,
            TakeOver takeOver) {
        if (image.epochStartMillis().isPresent()) {
            return none();
        }
        // One without an epoch never served anybody. What it has it took over, at a start that was
        // cut short, perhaps before it had all.
        return LastTuplesReader.read(files, node)
                .map(lost -> new Legacy(Loss.KNOWN, takeOver.of(lost, image)))
                .orElseGet(() -> new Legacy(withoutTuples(files, end), new JournalImage()));
    }

    private static Loss withoutTuples(JournalFiles files, JournalEnd end) {
        boolean hasSegments = end.highestSequence() != 0;
        return files.wereUsed() && !hasSegments ? Loss.UNKNOWN : Loss.NONE;
    }
}
