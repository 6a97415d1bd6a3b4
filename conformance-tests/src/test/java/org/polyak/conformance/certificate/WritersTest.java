package org.polyak.conformance.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.conformance.tool.Markup;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The four forms of a certificate. */
class WritersTest {
  private final Certificate certificate = Certificates.ofEveryKind();

  @TempDir Path folder;

  @Test
  void jsonHoldsEveryCaseAndWhatItTakesToRepeatIt() throws JsonProcessingException {
    JsonNode json = new ObjectMapper().readTree(JsonWriter.write(certificate));
    assertThat(json.path("outcome").asText()).isEqualTo("FAILED");
    assertThat(json.path("suite").path("fingerprint").asText()).hasSize(64);
    assertThat(json.path("backend").path("id").asText()).isEqualTo("heap");
    assertThat(json.path("backend").path("options").path("device").asText()).isEqualTo("1");
    assertThat(json.path("machine").path("java").asText()).startsWith("25");
    assertThat(json.path("run").path("start").asText()).isEqualTo("2026-01-31T12:00:00Z");
    assertThat(json.path("run").path("seeds").asText()).contains("SplittableRandom");
    assertThat(json.path("counts").toString())
        .isEqualTo(
            "{\"cases\":4,\"ran\":3,\"passed\":1,\"failedMust\":1,\"failedShould\":1,\"missing\":1}");
    assertThat(json.path("cases").findValuesAsText("result"))
        .containsExactly("passed", "failed", "failed", "missing");
    JsonNode passed = json.path("cases").get(0);
    assertThat(passed.path("id").asText()).isEqualTo("T-001");
    assertThat(passed.path("headroom").asDouble()).isEqualTo(0.25);
    assertThat(passed.path("worst").path("bound").asDouble()).isEqualTo(1);
    assertThat(json.path("cases").get(1).path("rerun").asText())
        .isEqualTo("polyak certify --case T-002");
    assertThat(json.path("tightest").findValuesAsText("id")).containsExactly("T-001");
    assertThat(json.path("golden").path("unknown").get(0).path("file").asText()).isEqualTo("06_x");
    assertThat(json.path("fused").findValuesAsText("operation"))
        .contains("attention", "layer norm", "optimiser");
  }

  @Test
  void fieldsOfJsonKeepTheirOrder() {
    assertThat(JsonWriter.write(certificate).lines().filter(line -> line.startsWith("  \"")))
        .extracting(line -> line.replaceFirst("\\s+\"(\\w+)\".*", "$1"))
        .containsExactly(
            "outcome",
            "suite",
            "backend",
            "machine",
            "run",
            "counts",
            "chapters",
            "tightest",
            "fused",
            "golden",
            "cases");
  }

  @Test
  void junitCountsWhatItLists() throws ParserConfigurationException, IOException, SAXException {
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(JunitWriter.write(certificate))))
            .getDocumentElement();
    assertThat(root.getTagName()).isEqualTo("testsuites");
    NodeList suites = root.getElementsByTagName("testsuite");
    assertThat(suites.getLength()).isEqualTo(2);
    assertCounts(root);
    assertCounts((Element) suites.item(0));
    assertCounts((Element) suites.item(1));
    Element failure = (Element) root.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("1 < 2 & \"so\" it is");
    assertThat(failure.getTextContent()).contains("T-002", "a < b & c");
    Element test = (Element) failure.getParentNode();
    assertThat(test.getAttribute("classname")).isEqualTo("polyak.heap.verbs");
    assertThat(test.getAttribute("name")).isEqualTo("T-002 a | title");
  }

  @Test
  void pagesForPeopleNameWhatFailedWhatDidNotRunAndWhatIsUnknown() {
    for (String page : List.of(MarkdownWriter.write(certificate), HtmlWriter.write(certificate))) {
      assertThat(page)
          .contains("FAILED", "T-002", "T-003", "SHOULD", "GOLD-06", "2026-01-31T12:00:00Z")
          .contains("rerun: polyak certify --case T-002")
          .contains("composed: not offered by this backend")
          .contains("0.250");
    }
    assertThat(MarkdownWriter.write(certificate)).contains("a \\| title", "| T | 1 |");
    assertThat(HtmlWriter.write(certificate))
        .contains("class=\"failed\">FAILED", "1 &lt; 2 &amp; &quot;so&quot;", "T-004")
        .doesNotContain("1 < 2", "no <spin>", "http://", "https://");
  }

  @Test
  void whatMustNotStandInXmlIsReplaced() {
    assertThat(Markup.escape("a\u0000b\u001bc\ud800d\uffffe\nf𝛽"))
        .isEqualTo("a\ufffdb\ufffdc\ufffdd\ufffde\nf𝛽");
  }

  @Test
  void writesFourFilesAndNothingElse() throws IOException {
    CertificateFolder.at(folder.resolve("new/place")).write(certificate);
    assertThat(names(folder.resolve("new/place")))
        .containsExactlyInAnyOrder(
            "certificate.json", "certificate.md", "certificate.html", "junit.xml");
  }

  @Test
  void aFailedWriteKeepsTheOlderCertificateAsAWhole() throws IOException {
    CertificateFolder place = CertificateFolder.at(folder);
    Certificate older =
        Certificates.of(
            List.of(Certificates.PASSED), List.of(Certificates.PASSED), Optional.empty());
    place.write(older);
    Files.delete(folder.resolve("junit.xml"));
    Files.createDirectories(folder.resolve("junit.xml/occupied"));
    assertThatThrownBy(() -> place.write(certificate))
        .isInstanceOf(CertifyException.class)
        .hasMessageContainingAll(folder.toString(), "junit.xml", "--out");
    assertThat(folder.resolve("certificate.json")).hasContent(JsonWriter.write(older));
    assertThat(names(folder))
        .containsExactlyInAnyOrder(
            "certificate.json", "certificate.md", "certificate.html", "junit.xml");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static void assertCounts(Element element) {
    assertThat(element.getAttribute("tests"))
        .isEqualTo(String.valueOf(element.getElementsByTagName("testcase").getLength()));
    assertThat(element.getAttribute("failures"))
        .isEqualTo(String.valueOf(element.getElementsByTagName("failure").getLength()));
    assertThat(element.getAttribute("skipped"))
        .isEqualTo(String.valueOf(element.getElementsByTagName("skipped").getLength()));
  }
}
