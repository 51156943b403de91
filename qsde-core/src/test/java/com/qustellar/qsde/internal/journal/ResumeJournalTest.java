package com.qustellar.qsde.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.internal.http.EntityTag;
import com.qustellar.qsde.internal.http.Validator;
import com.qustellar.qsde.internal.journal.JournalHeader.Agreement;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in a journal, and what becomes of one that is torn, foreign or made up. */
class ResumeJournalTest {

  private static final String SALT = "00112233445566778899aabbccddeeff";
  private static final URI URL = URI.create("https://user:pass@host/file?token=secret");
  private static final Instant DATE = Instant.parse("2026-11-25T12:00:00Z");
  private static final Validator STRONG =
      new Validator(new EntityTag("\"v1\"", false), DATE.minusSeconds(3600), DATE);
  private static final Validator WEAK =
      new Validator(new EntityTag("\"v1\"", true), DATE.minusSeconds(3600), DATE);
  private static final JournalHeader HEADER = header(STRONG);
  private static final Claim FIRST = new Claim(new ByteRange(0, 100), 0x12345678);
  private static final Claim SECOND = new Claim(new ByteRange(500, 1000), 0xFFFFFFFF);

  private static JournalHeader header(Validator validator) {
    return JournalHeader.of(SALT, URL, URL, validator, 1000);
  }

  private static byte[] file(Claim... claims) {
    ResumeJournal journal = ResumeJournal.begin(HEADER);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(journal.head());
    bytes.writeBytes(journal.records(List.of(claims)));
    return bytes.toByteArray();
  }

  private static ResumeJournal read(byte[] file) {
    return ResumeJournal.read(file).orElseThrow();
  }

  private static byte[] changed(byte[] file, String text, String other) {
    return new String(file, UTF_8).replace(text, other).getBytes(UTF_8);
  }

  @Test
  void whatIsWrittenIsRead() {
    byte[] file = file(FIRST, SECOND);
    ResumeJournal journal = read(file);
    assertThat(journal.header()).isEqualTo(HEADER);
    assertThat(journal.claims()).containsExactly(FIRST, SECOND);
    assertThat(journal.length()).isEqualTo(file.length);
  }

  @Test
  void itIsGoneOnWithWhereItEnded() {
    byte[] file = file(FIRST);
    byte[] more = read(file).records(List.of(SECOND));
    byte[] both = Arrays.copyOf(file, file.length + more.length);
    System.arraycopy(more, 0, both, file.length, more.length);
    assertThat(both).isEqualTo(file(FIRST, SECOND));
  }

  @Test
  void everyKindOfValidatorComesBack() {
    for (Validator validator :
        List.of(STRONG, WEAK, Validator.NONE, new Validator(null, DATE, DATE))) {
      byte[] head = ResumeJournal.begin(header(validator)).head();
      assertThat(read(head).header().validator()).isEqualTo(validator);
    }
  }

  @Test
  void noSecretStandsInIt() {
    assertThat(new String(file(FIRST), UTF_8))
        .contains("uri https://host/file?…")
        .doesNotContain("secret", "pass", "user");
  }

  @Test
  void aLaterRecordEndsTheOnesItOverlaps() {
    Claim over = new Claim(new ByteRange(50, 600), 7);
    assertThat(read(file(FIRST, SECOND, over)).claims()).containsExactly(over);
  }

  /** Every length that a power cut may leave: the records before it are there, and no other. */
  @Test
  void aTornTailIsCut() {
    byte[] file = file(FIRST, SECOND);
    int head = ResumeJournal.begin(HEADER).head().length;
    int first = file(FIRST).length;
    for (int length = 0; length < file.length; length++) {
      Optional<ResumeJournal> journal = ResumeJournal.read(Arrays.copyOf(file, length));
      if (length < head) {
        assertThat(journal).as("of %d bytes", length).isEmpty();
      } else {
        assertThat(journal.orElseThrow().claims()).hasSize(length < first ? 0 : 1);
        assertThat(journal.orElseThrow().length()).isEqualTo(length < first ? head : first);
      }
    }
  }

  @Test
  void everyFlippedBitIsFound() {
    byte[] file = file(FIRST, SECOND);
    for (int bit = 0; bit < file.length * 8; bit++) {
      byte[] flipped = file.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      ResumeJournal.read(flipped)
          .ifPresent(
              journal -> {
                assertThat(journal.header()).isEqualTo(HEADER);
                assertThat(journal.claims().size()).isLessThan(2);
                assertThat(List.of(FIRST, SECOND)).containsAll(journal.claims());
              });
    }
  }

  @Test
  void aRecordOfAnotherJournalIsNone() {
    byte[] other =
        ResumeJournal.begin(JournalHeader.of(SALT.replace('0', '1'), URL, URL, STRONG, 1000))
            .records(List.of(SECOND));
    byte[] file = file(FIRST);
    byte[] both = Arrays.copyOf(file, file.length + other.length);
    System.arraycopy(other, 0, both, file.length, other.length);
    assertThat(read(both).claims()).containsExactly(FIRST);
  }

  @Test
  void anotherVersionIsNoJournal() {
    assertThat(ResumeJournal.read(changed(file(), "qsde-journal 1", "qsde-journal 2"))).isEmpty();
    assertThat(ResumeJournal.read("".getBytes(UTF_8))).isEmpty();
    assertThat(ResumeJournal.read(new byte[1 << 20])).isEmpty();
  }

  /** Its checksums are right, as whoever writes a file can compute them too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "range 0 1001",
        "range 5 5",
        "range 9 3",
        "range -1 5",
        "range 0 99999999999999999999"
      })
  void aRangeThatIsNoneOfTheFileEndsTheJournal(String record) {
    byte[] text = (record + " 00000000").getBytes(UTF_8);
    ResumeJournal journal = ResumeJournal.begin(HEADER);
    int head = Crc32c.of(ByteBuffer.wrap(journal.head(), 0, journal.head().length - 15));
    int check = Crc32c.join(head, Crc32c.of(ByteBuffer.wrap(text)), text.length);
    String line = new String(text, UTF_8) + " " + HexFormat.of().toHexDigits(check);
    byte[] file = (new String(file(FIRST), UTF_8) + line + "\n").getBytes(UTF_8);
    assertThat(read(file).claims()).containsExactly(FIRST);
    String good = new String(journal.records(List.of(FIRST)), UTF_8);
    assertThat(good).startsWith("range 0 100 12345678 ");
  }

  /** It would take hundreds of megabytes to make words of it. */
  @Test
  void aRecordOfSpacesEndsTheJournal() {
    byte[] good = file(FIRST);
    byte[] file = Arrays.copyOf(good, ResumeJournal.LONGEST);
    Arrays.fill(file, good.length, file.length, (byte) ' ');
    file[file.length - 1] = '\n';
    assertThat(read(file).claims()).containsExactly(FIRST);
    assertThat(read(file).length()).isEqualTo(good.length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noiseNeverThrows(long seed) {
    Random random = new Random(seed);
    byte[] file = file(FIRST, SECOND);
    for (int i = 0; i < 2_000; i++) {
      byte[] noisy = Arrays.copyOf(file, random.nextInt(2 * file.length));
      for (int j = random.nextInt(8); j > 0 && noisy.length > 0; j--) {
        noisy[random.nextInt(noisy.length)] = (byte) random.nextInt();
      }
      ResumeJournal.read(noisy);
    }
  }

  private static Agreement agreement(
      JournalHeader journal, String uri, Validator answered, long total, boolean digest) {
    return journal.agreement(URI.create(uri), answered, OptionalLong.of(total), digest);
  }

  @Test
  void onlyTheSameVersionAgrees() {
    String here = "https://host/file?token=other";
    String there = "https://mirror/file";
    Validator other = new Validator(new EntityTag("\"v2\"", false), null, DATE);

    assertThat(agreement(HEADER, here, STRONG, 1000, false)).isEqualTo(Agreement.PROVEN);
    assertThat(agreement(HEADER, here, STRONG, 1001, true)).isEqualTo(Agreement.NONE);
    assertThat(agreement(HEADER, here, other, 1000, true)).isEqualTo(Agreement.NONE);
    assertThat(agreement(HEADER, there, other, 1000, true)).isEqualTo(Agreement.PROVEN);
    assertThat(agreement(HEADER, there, other, 1000, false)).isEqualTo(Agreement.NONE);
    assertThat(agreement(HEADER, there, STRONG, 1000, false)).isEqualTo(Agreement.UNPROVEN);
    assertThat(HEADER.agreement(URL, STRONG, OptionalLong.empty(), true)).isEqualTo(Agreement.NONE);
    JournalHeader several = HEADER.ofNoPlace();
    assertThat(agreement(several, here, STRONG, 1000, false)).isEqualTo(Agreement.UNPROVEN);
    assertThat(agreement(several, here, other, 1000, false)).isEqualTo(Agreement.NONE);
  }

  @Test
  void withoutAStrongValidatorOnlyADigestWillTell() {
    String here = URL.toString();
    assertThat(agreement(header(WEAK), here, WEAK, 1000, false)).isEqualTo(Agreement.NONE);
    assertThat(agreement(header(WEAK), here, WEAK, 1000, true)).isEqualTo(Agreement.PROVEN);
    assertThat(agreement(header(Validator.NONE), here, Validator.NONE, 1000, false))
        .isEqualTo(Agreement.NONE);
    assertThat(agreement(header(Validator.NONE), here, Validator.NONE, 1000, true))
        .isEqualTo(Agreement.PROVEN);
  }
}
