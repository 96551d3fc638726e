// What Word, Google Docs and a news site put on the clipboard, shortened but with the markup as
// those programs write it, and what it has to become.

export const WORD = {
  html: `<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns="http://www.w3.org/TR/REC-html40">

<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Word.Document>
<meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/x/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml>
 <o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings>
</xml><![endif]-->
<style>
<!--
 /* Style Definitions */
 p.MsoNormal, li.MsoNormal, div.MsoNormal {mso-style-unhide:no; margin:0cm;}
@list l0 {mso-list-id:1;}
-->
</style>
</head>

<body lang=FR style='tab-interval:35.4pt;word-wrap:break-word'>
<!--StartFragment-->

<h1>Le titre de l’article<o:p></o:p></h1>

<p class=MsoNormal>Une phrase avec <b>du gras</b>, <i>de l’italique</i> et un <a
href="https://www.exemple.fr/page">lien vers
une page</a>.<span style='mso-spacerun:yes'>  </span>La fin.<o:p></o:p></p>

<p class=MsoNormal><o:p>&nbsp;</o:p></p>

<h2>Un intertitre<o:p></o:p></h2>

<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-fareast-font-family:Symbol'><span
style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>Premier point<o:p></o:p></p>

<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-add-space:
auto;text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>Plus
bas, <b>en gras</b><o:p></o:p></p>

<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;
</span></span><![endif]>Second point<o:p></o:p></p>

<p class=MsoNormal>Puis&nbsp;:<o:p></o:p></p>

<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;
</span></span><![endif]>Un<o:p></o:p></p>

<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>2.<span style='font:7.0pt "Times New Roman"'>&nbsp;
</span></span><![endif]>Deux<o:p></o:p></p>

<p class=MsoQuote>«&nbsp;Une citation.&nbsp;»<o:p></o:p></p>

<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0>
 <tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'>
  <td width=300 valign=top><p class=MsoNormal><b>Ville<o:p></o:p></b></p></td>
  <td width=300 valign=top><p class=MsoNormal><b>Habitants<o:p></o:p></b></p></td>
 </tr>
 <tr style='mso-yfti-irow:1;mso-yfti-lastrow:yes'>
  <td width=300 valign=top><p class=MsoNormal>Lyon<o:p></o:p></p></td>
  <td width=300 valign=top><p class=MsoNormal>520&nbsp;000<o:p></o:p></p></td>
 </tr>
</table>

<p class=MsoNormal><span style='mso-fareast-language:FR;mso-no-proof:yes'><!--[if gte vml 1]><v:shape
 id="_x0000_i1025" type="#_x0000_t75"><v:imagedata src="file:///C:/clip_image001.png"/></v:shape><![endif]--><![if !vml]><img
width=602 height=339 src="file:///C:/Users/x/AppData/Local/Temp/msohtmlclip1/01/clip_image002.jpg"
v:shapes="Image_x0020_1"><![endif]></span>Dernière ligne.<o:p></o:p></p>

<!--EndFragment-->
</body>

</html>`,
  markdown: [
    "# Le titre de l’article",
    "Une phrase avec **du gras**, *de l’italique* et un [lien vers une page](https://www.exemple.fr/page). La fin.",
    "## Un intertitre",
    "- Premier point\n  - Plus bas, **en gras**\n- Second point",
    "Puis\u00a0:",
    "1. Un\n2. Deux",
    "> «\u00a0Une citation.\u00a0»",
    "| Ville | Habitants |\n| --- | --- |\n| Lyon | 520\u00a0000 |",
    "Dernière ligne.",
  ].join("\n\n"),
};

export const GOOGLE_DOCS = {
  html: `<meta charset='utf-8'><meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-8d3b0b1a-7fff-1f8c-a2d5-2c5a8f1f0a11"><h1 dir="ltr" style="line-height:1.38;margin-top:20pt;margin-bottom:6pt;"><span style="font-size:20pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;font-weight:400;font-style:normal;font-variant:normal;text-decoration:none;vertical-align:baseline;white-space:pre;white-space:pre-wrap;">Le titre</span></h1><p dir="ltr" style="line-height:1.38;margin-top:0pt;margin-bottom:0pt;"><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;">Une phrase avec </span><span style="font-size:11pt;font-weight:700;font-style:normal;text-decoration:none;white-space:pre-wrap;">du gras</span><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;">, </span><span style="font-size:11pt;font-weight:400;font-style:italic;text-decoration:none;white-space:pre-wrap;">de l’italique</span><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;">, </span><span style="font-size:11pt;font-weight:700;font-style:italic;text-decoration:none;white-space:pre-wrap;">les deux</span><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;"> et un </span><a href="https://www.exemple.fr/page" style="text-decoration:none;"><span style="font-size:11pt;color:#1155cc;font-weight:400;font-style:normal;text-decoration:underline;-webkit-text-decoration-skip:none;white-space:pre-wrap;">lien</span></a><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;">.</span></p><br /><ul style="margin-top:0;margin-bottom:0;padding-inline-start:48px;"><li dir="ltr" style="list-style-type:disc;font-size:11pt;font-weight:400;" aria-level="1"><p dir="ltr" style="line-height:1.38;" role="presentation"><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;">Premier</span></p></li><ul style="margin-top:0;margin-bottom:0;padding-inline-start:48px;"><li dir="ltr" style="list-style-type:circle;font-size:11pt;" aria-level="2"><p dir="ltr" role="presentation"><span style="font-weight:400;">Plus bas</span></p></li></ul><li dir="ltr" style="list-style-type:disc;" aria-level="1"><p dir="ltr" role="presentation"><span style="font-weight:400;">Second</span></p></li></ul><ol style="margin-top:0;margin-bottom:0;"><li dir="ltr" style="list-style-type:decimal;" aria-level="1"><p dir="ltr" role="presentation"><span style="font-weight:400;">Un</span></p></li><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span style="font-weight:400;text-decoration:line-through;">Deux</span></p></li></ol><div dir="ltr" style="margin-left:0pt;" align="left"><table style="border:none;border-collapse:collapse;"><colgroup><col width="300" /><col width="300" /></colgroup><tbody><tr style="height:0pt"><td style="vertical-align:top;"><p dir="ltr"><span style="font-weight:700;">Ville</span></p></td><td style="vertical-align:top;"><p dir="ltr"><span style="font-weight:700;">Habitants</span></p></td></tr><tr style="height:0pt"><td><p dir="ltr"><span style="font-weight:400;">Lyon</span></p></td><td><p dir="ltr"><span style="font-weight:400;">520 000</span></p></td></tr></tbody></table></div><h2 dir="ltr"><span style="font-weight:400;">Intertitre</span></h2></b><br class="Apple-interchange-newline">`,
  markdown: [
    "# Le titre",
    "Une phrase avec **du gras**, *de l’italique*, ***les deux*** et un [lien](https://www.exemple.fr/page).",
    "- Premier\n  - Plus bas\n- Second",
    "1. Un\n2. ~~Deux~~",
    "| Ville | Habitants |\n| --- | --- |\n| Lyon | 520 000 |",
    "## Intertitre",
  ].join("\n\n"),
};

export const WEB_PAGE = {
  html: `<meta http-equiv="content-type" content="text/html; charset=utf-8"><article class="post">
  <header><h2 class="t">Un <em>titre</em> du web</h2></header>
  <nav><ul><li><a href="/accueil">Accueil</a></li></ul></nav>
  <p>Selon <a href="https://www.insee.fr/fr/statistiques/1?sommaire=2&amp;x=3#ici" onclick="track()">l’Insee</a>, la
     hausse est de <strong>2&nbsp;%</strong>.<script>track("page")</script><sup>1</sup></p>
  <figure><img src="https://cdn.exemple.fr/photo.jpg" alt="Le port [vue]"><figcaption>Le port</figcaption></figure>
  <blockquote><p>«&nbsp;Rien n’est décidé&nbsp;», dit-elle.</p><p>— <cite>Une élue</cite></p></blockquote>
  <button>Partager</button><form><input value="x"></form>
  <div>Un bloc<div>et un autre</div></div>
</article>`,
  markdown: [
    "## Un *titre* du web",
    "- Accueil",
    "Selon [l’Insee](https://www.insee.fr/fr/statistiques/1?sommaire=2&x=3#ici), la hausse est de **2\u00a0%**.1",
    "![Le port \\[vue\\]](https://cdn.exemple.fr/photo.jpg)",
    "Le port",
    "> «\u00a0Rien n’est décidé\u00a0», dit-elle.\n>\n> — *Une élue*",
    "Un bloc",
    "et un autre",
  ].join("\n\n"),
};

export const HOSTILE: readonly string[] = [
  `<p>texte<script>alert(1)</script></p>`,
  `<p>texte<img src=x onerror=alert(1)></p>`,
  `<p><a href="javascript:alert(1)">texte</a></p>`,
  `<p><a href="  jav&#x09;ascript:alert(1)">texte</a></p>`,
  `<p><a href="data:text/html,<script>alert(1)</script>">texte</a></p>`,
  `<p><a href="vbscript:msgbox(1)" onclick="alert(1)">texte</a></p>`,
  `texte<svg><script>alert(1)</script><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math><p>texte</p>`,
  `<iframe srcdoc="<script>alert(1)</script>"></iframe>texte`,
  `<object data="javascript:alert(1)">alert</object><embed src="javascript:alert(1)">texte`,
  `<style>@import "javascript:alert(1)"; p{background:url(javascript:alert(1))}</style><p style="background:url(javascript:alert(1))">texte</p>`,
  `<noscript><p title="</noscript><img src=x onerror=alert(1)>">x</p></noscript>texte`,
  `<template><img src=x onerror=alert(1)></template>texte`,
  `<form action="javascript:alert(1)"><input onfocus=alert(1) autofocus></form>texte`,
  `<base href="javascript:alert(1)//"><meta http-equiv="refresh" content="0;url=javascript:alert(1)">texte`,
  `<p>texte</p><!--<img src=x onerror=alert(1)>-->`,
  `<p>texte</p><img src="data:image/svg+xml,<svg onload=alert(1)>">`,
  `<details open ontoggle=alert(1)><summary>texte</summary></details>`,
];
