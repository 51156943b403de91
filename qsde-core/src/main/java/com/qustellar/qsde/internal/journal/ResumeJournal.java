package com.qustellar.qsde.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.internal.http.Decimal;
import com.qustellar.qsde.internal.http.EntityTag;
import com.qustellar.qsde.internal.http.Validator;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a part file: which of its bytes a completed write has put there. Its format:
 *
 * <pre>
 * journal = header *record
 * header  = "qsde-journal 1" LF      another number is another format
 *           "salt " 32HEX LF
 *           "place " 64HEX LF        SHA-256 of the salt, and the origin and path that answered
 *           "uri " text LF           what was requested, redacted; for people
 *           "etag " ( entity-tag / "-" ) LF
 *           "modified " ( seconds / "-" ) LF
 *           "date " ( seconds / "-" ) LF
 *           "total " 1*DIGIT LF
 *           "check " 8HEX LF         CRC32C of all before this line
 * record  = "range " start " " end " " 8HEX " " 8HEX LF
 *                                    end is exclusive; CRC32C of these bytes of the part file;
 *                                    CRC32C of the header's check and of this line so far
 * </pre>
 *
 * <p>It is only ever appended to. Where a record is torn, or is not of this journal, the journal
 * ends: what a power cut has left behind it is not looked at. A later record ends the earlier ones
 * that it overlaps. A header that is not whole, or of another version, is no journal at all, and
 * the download starts over. Nothing that a journal says is believed: its ranges lie within the
 * file, and their bytes are read again and compared before they count.
 */
public final class ResumeJournal {

  /** The longest journal that is read: some 600,000 records, 2 TiB of a fast download. */
  public static final int LONGEST = 32 << 20;

  private static final String MAGIC = "qsde-journal 1";
  private static final String ABSENT = "-";
  private static final Pattern SALT = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final HexFormat HEX = HexFormat.of();

  /** The last that HTTP has a date for. */
  private static final long LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  private final JournalHeader header;
  private final int check;
  private final List<Claim> claims;
  private final int length;

  private ResumeJournal(JournalHeader header, int check, List<Claim> claims, int length) {
    this.header = header;
    this.check = check;
    this.claims = claims;
    this.length = length;
  }

  /** {@return what the part file is of} */
  public JournalHeader header() {
    return header;
  }

  /** {@return what is claimed, in order, no two of them overlapping} */
  public List<Claim> claims() {
    return claims;
  }

  /** {@return how many bytes of what was read are a journal; the next record goes behind them} */
  public int length() {
    return length;
  }

  // ---- writing

  /**
   * {@return a journal without a record}
   *
   * @param header what the part file is of
   */
  public static ResumeJournal begin(JournalHeader header) {
    byte[] text = text(header);
    return new ResumeJournal(header, Crc32c.of(ByteBuffer.wrap(text)), List.of(), 0);
  }

  /** {@return the header as it stands at the beginning of the file} */
  public byte[] head() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(text(header));
    bytes.writeBytes(("check " + HEX.toHexDigits(check) + "\n").getBytes(UTF_8));
    return bytes.toByteArray();
  }

  /**
   * {@return records to append}
   *
   * @param claims what they claim
   */
  public byte[] records(Iterable<Claim> claims) {
    StringBuilder records = new StringBuilder();
    for (Claim claim : claims) {
      String line =
          "range "
              + claim.range().start()
              + ' '
              + claim.range().endExclusive()
              + ' '
              + HEX.toHexDigits(claim.crc());
      records.append(line).append(' ').append(HEX.toHexDigits(check(line))).append('\n');
    }
    return records.toString().getBytes(UTF_8);
  }

  private static byte[] text(JournalHeader header) {
    Validator validator = header.validator();
    String text =
        MAGIC
            + "\nsalt "
            + header.salt()
            + "\nplace "
            + header.place()
            + "\nuri "
            + header.shown()
            + "\netag "
            + (validator.etag() == null ? ABSENT : validator.etag())
            + "\nmodified "
            + seconds(validator.lastModified())
            + "\ndate "
            + seconds(validator.date())
            + "\ntotal "
            + header.total()
            + "\n";
    return text.getBytes(UTF_8);
  }

  private static String seconds(@Nullable Instant instant) {
    return instant == null ? ABSENT : String.valueOf(instant.getEpochSecond());
  }

  private int check(String line) {
    byte[] bytes = line.getBytes(UTF_8);
    return Crc32c.join(check, Crc32c.of(ByteBuffer.wrap(bytes)), bytes.length);
  }

  // ---- reading

  /**
   * {@return the journal that a file holds, empty where it holds none that can be used}
   *
   * @param file all that the file holds, whoever wrote it
   */
  public static Optional<ResumeJournal> read(byte[] file) {
    return new Reader(file).journal();
  }

  /** Reads lines; the first that is not as it should be ends the reading. */
  private static final class Reader {
    private final byte[] file;
    private int at;

    Reader(byte[] file) {
      this.file = file;
    }

    Optional<ResumeJournal> journal() {
      try {
        return Optional.of(records(head()));
      } catch (IllegalArgumentException noJournal) {
        return Optional.empty();
      }
    }

    private ResumeJournal head() {
      require(line().equals(MAGIC));
      String salt = field("salt");
      String place = field("place");
      String shown = field("uri");
      EntityTag etag = optional("etag", text -> EntityTag.parse(text).orElseThrow(Reader::bad));
      Instant modified = optional("modified", Reader::instant);
      Instant date = optional("date", Reader::instant);
      long total = number(field("total"));
      require(SALT.matcher(salt).matches() && HASH.matcher(place).matches());
      int check = Crc32c.of(ByteBuffer.wrap(file, 0, at));
      require(hex(field("check")) == check);
      Validator validator = new Validator(etag, modified, date);
      JournalHeader header = new JournalHeader(salt, place, shown, validator, total);
      return new ResumeJournal(header, check, List.of(), at);
    }

    private ResumeJournal records(ResumeJournal journal) {
      Claims claims = new Claims();
      int end = at;
      try {
        while (at < file.length) {
          claims.add(record(journal));
          end = at;
        }
      } catch (IllegalArgumentException torn) {
        // The journal ends before it.
      }
      return new ResumeJournal(journal.header, journal.check, claims.list(), end);
    }

    private Claim record(ResumeJournal journal) {
      String line = line();
      // No more words than tell that there are too many: a line may be nothing but spaces.
      String[] words = line.split(" ", 6);
      require(words.length == 5 && words[0].equals("range"));
      require(hex(words[4]) == journal.check(line.substring(0, line.lastIndexOf(' '))));
      ByteRange range = new ByteRange(number(words[1]), number(words[2]));
      require(range.endExclusive() <= journal.header.total());
      return new Claim(range, hex(words[3]));
    }

    private String line() {
      int end = at;
      while (end < file.length && file[end] != '\n') {
        end++;
      }
      require(end < file.length);
      String line = new String(file, at, end - at, UTF_8);
      at = end + 1;
      return line;
    }

    private String field(String name) {
      String line = line();
      require(line.startsWith(name + " "));
      return line.substring(name.length() + 1);
    }

    private <T> @Nullable T optional(String name, Function<String, T> parse) {
      String text = field(name);
      return text.equals(ABSENT) ? null : parse.apply(text);
    }

    private static Instant instant(String text) {
      long seconds = number(text);
      require(seconds <= LAST_SECOND);
      return Instant.ofEpochSecond(seconds);
    }

    private static long number(String text) {
      OptionalLong number = Decimal.parse(text);
      return number.orElseThrow(Reader::bad);
    }

    private static int hex(String text) {
      require(text.length() == 8);
      int value = HexFormat.fromHexDigits(text);
      require(text.equals(HEX.toHexDigits(value)));
      return value;
    }

    private static void require(boolean holds) {
      if (!holds) {
        throw bad();
      }
    }

    private static IllegalArgumentException bad() {
      return new IllegalArgumentException("no such journal");
    }
  }
}
