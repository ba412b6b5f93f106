"""What the columns of contact files are called. Data only.

The names are those of Google Contacts (until 2024 and since), of Outlook and Thunderbird in English, German, French and Spanish, of the
usual CRM systems, and of our own export. They are compared without case, accents and punctuation (`fold`).
"""

from __future__ import annotations

from .text import fold

# The columns of the party resource's own export, so that what was exported can be imported again.
EXPORT_COLUMNS = (
    *("name", "kind", "given_name", "family_name", "additional_names", "prefix", "suffix", "nickname"),
    *("organisation", "department", "title", "role", "birth_on"),
    *("phone", "mobile", "fax", "email", "url"),
    *("street", "address_extra", "po_box", "postal_code", "city", "region", "country", "country_code"),
    *("categories", "note", "uid"),
)


def table(text: str) -> dict[str, str]:
    """Lines "place = name, name, ..." as a look-up from the folded name; a line without a place goes on with the one before."""
    found, place = {}, ""
    for line in text.strip().splitlines():
        before, equals, after = line.partition("=")
        place = before.strip() if equals else place
        for name in (after if equals else line).split(","):
            if name.strip():
                found[fold(name)] = place
    return found


FIELDS = table("""
name = name, full name, display name, contact name, Anzeigename, vollständiger Name, nom complet, nom affiché, nom à afficher,
    nombre completo, nombre para mostrar
kind = kind, contact type, party kind
given_name = given name, first name, forename, firstname, Vorname, Rufname, prénom, nombre de pila
family_name = family name, last name, surname, lastname, Nachname, Familienname, nom de famille, apellidos, apellido
additional_names = additional name, additional names, middle name, middle names, weitere Vornamen, zweiter Vorname, deuxième prénom,
    segundo nombre
prefix = prefix, name prefix, salutation, courtesy title, Anrede, Titel, Namenspräfix, civilité, tratamiento, prefijo
suffix = suffix, name suffix, Namenszusatz, Namenssuffix, suffixe, sufijo
nickname = nickname, nick name, Spitzname, surnom, pseudo, apodo, sobrenombre
organisation = organisation, organization, company, company name, organization name, organisation name, account name, employer, Firma,
    Firmenname, Unternehmen, société, entreprise, organisme, empresa, compañía, organización
department = department, organization department, division, Abteilung, service, departamento
title = job title, organization title, position, jobtitle, Berufsbezeichnung, Arbeitstitel, fonction, puesto, cargo, función
role = role, profession, occupation, Rolle, Beruf, profesión
uid = uid, contact uid
note = note, notes, remarks, comments, comment, Notiz, Notizen, Bemerkung, Bemerkungen, Anmerkungen, Kommentar, remarques, remarque,
    commentaires, notas, comentarios, observaciones
birthday = birth on, birthday, birth date, birthdate, date of birth, dob, Geburtstag, Geburtsdatum, anniversaire, date de naissance,
    cumpleaños, fecha de nacimiento
birth.year = birth year, Geburtsjahr, année de naissance, año de nacimiento
birth.month = birth month, Geburtsmonat, mois de naissance, mes de nacimiento
birth.day = birth day, Tag der Geburt, jour de naissance, día de nacimiento
categories = categories, category, labels, group membership, groups, tags, Kategorien, Kategorie, Gruppen, Schlagwörter, catégories,
    catégorie, categorías, etiquetas
im = screen name, im, im address, imaddress, Messenger-Name, skype, jabber, icq
""")

# What Outlook fills in by itself, so that its presets are not taken for something that a person typed.
PRESETS = table("""
preset = priority, sensitivity, private, gender, e-mail type, e-mail display name, mileage, directory server, Priorität, Vertraulichkeit,
    privat, Geschlecht, E-Mail: Typ, E-Mail-Typ, E-Mail: Angezeigter Name, Reisekilometer, Verzeichnisserver, priorité, privé, sexe,
    critère de diffusion, type de messagerie, nom complet de l'adresse de messagerie, kilométrage, serveur d'annuaire, prioridad,
    confidencialidad, privado, género, sexo, tipo de correo electrónico, nombre de pantalla de correo electrónico, kilometraje
""")
PRESET_VALUES = table("""
= normal, false, falsch, faux, falso, unspecified, keine Angabe, nicht angegeben, non spécifié, non précisé, no especificado,
    sin especificar, smtp, ex
""")

RELATIONS = table("""
spouse = spouse, partner, Ehepartner, conjoint(e), conjoint, cónyuge
child = children, child, Kinder, enfants, hijos
manager = manager's name, manager, Name des/der Vorgesetzten, Name des/r Vorgesetzten, Vorgesetzter, responsable, nom du responsable,
    nombre del director
assistant = assistant's name, assistant, Name Assistent, Assistent(in), nom de l'assistant(e), nombre del ayudante
referred by = referred by, Empfohlen von, recommandé par, recomendado por
""")

DAYS = table("""
anniversary = anniversary, Jahrestag, Hochzeitstag, anniversaire de mariage ou fête, anniversaire de mariage, aniversario
""")

# kind, or kind:label; an asterisk marks the one that the file itself calls the first.
POINTS = table("""
phone = phone, telephone, tel, phone number, telephone number, contact phone number, Telefon, Telefonnummer, Rufnummer, téléphone,
    numéro de téléphone, teléfono, número de teléfono
phone:home = particular
phone:mobile = mobile, mobile phone, mobile number, mobile phone number, cell, cell phone, cellular, mobil, Handy, Mobiltelefon,
    Mobilnummer, Handynummer, Mobil-Tel.-Nr., Mobiltelefonnummer, portable, tél. mobile, téléphone mobile, téléphone portable, móvil,
    teléfono móvil, celular
phone:main* = primary phone, main phone, Haupttelefon, téléphone principal, teléfono principal
phone:company = company main phone, Telefon Firma, téléphone société, número de centralita de la organización
phone:car = car phone, Autotelefon, téléphone (voiture), tél. voiture, teléfono del automóvil
phone:assistant = assistant's phone, Telefon Assistent, téléphone de l'assistant(e), teléfono del ayudante
phone:callback = callback, Rückmeldung, Rückruf, rappel, numéro de rappel, devolución de llamada
phone:isdn = isdn, rnis, rdsi
phone:radio = radio phone, Funktelefon, radio téléphone, radioteléfono
phone:tty = tty/tdd phone, Telefon für Hörbehinderte, téléphone tdd/tty, número de teletipo
fax = fax, fax number, facsimile, Faxnummer, Fax-Nummer, Telefax, télécopie, télécopieur, número de fax
pager = pager, pager number, Pager-Nummer, récepteur de radiomessagerie, buscapersonas, localizador
other:telex = telex, télex
email = email, e-mail, mail, email address, e-mail address, mail address, Email-Adresse, E-Mail-Adresse, E-Mail: Adresse, courriel,
    adresse e-mail, adresse email, adresse de messagerie, adresse électronique, correo, correo electrónico,
    dirección de correo electrónico, dirección del correo electrónico, secondary email, additional email, sekundäre E-Mail-Adresse,
    zweite E-Mail-Adresse, adresse électronique secondaire
email:* = primary email, preferred email, primäre E-Mail-Adresse, première adresse électronique
url = url, website, web site, web page, web, homepage, home page, website url, Webseite, Internetseite, page web, site web, página web,
    sitio web, internet, www
url:home = personal web page, private Webseite, page web personnelle, página web personal
social = linkedin, twitter, facebook, instagram, xing, mastodon
""")

PARTS = table("""
street = street, street 1, street address, street name, address, address 1, address line 1, address street, Straße, Straße 1,
    Straße und Hausnummer, Straße Hausnummer, Straße Nr, Anschrift, Adresse, Adresse 1, rue, rue 1, calle, calle 1, dirección,
    dirección postal, domicilio
street 2 = street 2, address 2, address line 2, Straße 2, Adresse 2, rue 2, calle 2, dirección 2
street 3 = street 3, address 3, address line 3, Straße 3, Adresse 3, rue 3, calle 3, dirección 3
extra = address extra, extended address, Adresszusatz, complément d'adresse, complemento
city = city, cities, town, locality, address city, Ort, Stadt, Wohnort, ville, ciudad, localidad, población
region = state, region, province, county, counties, state/province, state/region, address state, Bundesland, Kanton, Bundesland/Kanton,
    dép/région, département, département ou région, province/état, provincia, estado, provincia o estado, estado/provincia
postal_code = zip, zip code, zipcode, zip/postal code, postal code, postcode, post code, address zip, PLZ, Postleitzahl, code postal, cp,
    código postal
country = country, country/region, address country, Land, Land/Region, Staat, pays, pays/région, país, país o región, país/región
country_code = country code, Ländercode, code pays, código de país
po_box = po box, p.o. box, address po box, post office box, Postfach, boîte postale, boîte postale du, b.p., apartado postal,
    apartado postal de la dirección, apartado
""")

# Which address or telephone is meant: words in front of or behind the name of the part. Regular expressions on folded text.
WHERE = (
    (
        "work",
        "business|work|office|company|account|geschaftlich|dienstlich|adresse geschaftlich",
        "geschaftlich|dienstlich|bureau|professionnel|professionnelle|del? trabajo",
    ),
    ("home", "home|personal|private|privat|adresse privat", "privat|domicile|personnel|personnelle|del? domicilio|personal|particular"),
    ("other", "other|alternate|weitere[rs]?(?: [re])?|autre|otr[ao]", "autre|otros"),
    *((word, word, word) for word in ("mailing", "billing", "shipping", "delivery", "primary", "postal", "invoice")),
)

# Columns that only files about organisations have.
OF_ORGANISATIONS = table("""
organisation = industry, number of employees, organization id, organisation id, founded, vat number, Branche, Anzahl Mitarbeiter, secteur,
    nombre d'employés, sector
""")

# The words for a place that a person's program puts into the label of a number.
LABELS = table("""
home = home, privat, Zuhause, zu Hause, domicile, personnel, casa, particular, private, personal
work = work, Arbeit, geschäftlich, dienstlich, Büro, bureau, travail, professionnel, trabajo, business, office
mobile = mobile, mobil, Handy, portable, móvil, cell, cell phone, cellular
other = other, Sonstige, andere, autre, otro
main = main, Haupttelefon, principal
pager = pager
home fax = home fax, Fax (privat), Fax privat, fax (domicile), fax particular
work fax = work fax, business fax, Fax (geschäftlich), Fax geschäftlich, fax (bureau), fax del trabajo
""")
