"""The vocabulary rows are made of: awkward on purpose (accents, other scripts, quotes), and within the warehouse's lengths in bytes."""

# fmt: off

CATEGORIES = (
    ("Sports", "Hockey", "Ice hockey, league and cup matches"),
    ("Sports", "Handball", "Indoor handball matches"),
    ("Sports", "Athletics", "Track and field meetings"),
    ("Sports", "Volleyball", "Volleyball, indoors and on sand"),
    ("Shows", "Drama", "Spoken theatre, old and new"),
    ("Shows", "Comedy", "Stand-up, sketches and farce"),
    ("Shows", "Dance", "Ballet and contemporary dance"),
    ("Shows", "Operetta", "Light opera and sung comedy"),
    ("Concerts", "Folk", "Folk and traditional music"),
    ("Concerts", "Big Band", "Swing orchestras and big bands"),
    ("Concerts", "Chamber", "Chamber ensembles and recitals"),
)

FIRST_NAMES = (
    "Ada", "Amir", "Anaïs", "Astrid", "Beatrix", "Björn", "Caleb", "Chloé", "Clara", "Dara", "Dmitri", "Elif", "Emeka", "Esther",
    "Farah", "Felix", "Fiona", "Gaël", "Greta", "Hana", "Hugo", "Ines", "Ivo", "Jasper", "João", "Jun", "Kofi", "Leila", "Łukasz",
    "Mabel", "Marek", "Maya", "Milo", "Nadia", "Ngọc", "Nils", "Noor", "Olive", "Oskar", "Petra", "Priya", "Quentin", "Rafael",
    "Rosa", "Samir", "Sigrid", "Søren", "Tadeo", "Tessa", "Umar", "Vera", "Wanda", "Xenia", "Yusuf", "Zoë", "Žofie", 'Robert "Bo"',
    'Margaret "Peg"', "D'Arcy", "Jean-Luc", "美咲", "健太", "Юлия", "Константин", "Ελένη", "ليلى", "하늘",
)

LAST_NAMES = (
    "Abara", "Alder", "Ashdown", "Bexley", "Birch", "Brandt", "Calloway", "Castellano", "Coyle", "Dahl", "Dempsey", "Eklund",
    "Fairweather", "Ferreira", "Finch", "Gallo", "Greenhalgh", "Haddad", "Hollis", "Ibarra", "Iyer", "Jansen", "Kaplan", "Kimura",
    "Lindqvist", "Lockwood", "Marlowe", "Mbeki", "Moreau", "Nakata", "Novak", "Okafor", "Ortega", "Pemberton", "Petrov", "Quill",
    "Rahman", "Rivers", "Sandoval", "Sharma", "Stroud", "Tanaka", "Thorne", "Underhill", "Vance", "Wexford", "Yilmaz", "Zeller",
    "O'Dwyer", "O'Shea", "D'Angelo", "N'Dour", "Müller", "Nuñez", "Gonçalves", "Ólafsdóttir", "Çelik", "Šimek", "Władyka", "Côté",
    "St. John", "van der Meer", "Reyes-Whitlock", "山本", "中村", "Морозова", "Παπαδάκης", "حداد", "김",
)

MAIL_DOMAINS = ("example.com", "example.net", "example.org", "post.example", "mail.example", "inbox.example")

PLACES = (
    ("Austin", "TX"), ("Boise", "ID"), ("Buffalo", "NY"), ("Cañon City", "CO"), ("Charlotte", "NC"), ("Coeur d'Alene", "ID"),
    ("Des Moines", "IA"), ("Española", "NM"), ("Fargo", "ND"), ("Halifax", "NS"), ("Hilo", "HI"), ("Houma", "LA"), ("Juneau", "AK"),
    ("La Cañada Flintridge", "CA"), ("Lévis", "QC"), ("Madison", "WI"), ("Mobile", "AL"), ("Montréal", "QC"), ("Nashua", "NH"),
    ("O'Fallon", "MO"), ("Omaha", "NE"), ("Portland", "OR"), ("Québec", "QC"), ("Reno", "NV"), ("Saint Paul", "MN"),
    ("San José", "CA"), ("Santa Fe", "NM"), ("Spokane", "WA"), ("Toledo", "OH"), ("Trois-Rivières", "QC"), ("Tulsa", "OK"),
    ("Utqiaġvik", "AK"), ("Winston-Salem", "NC"), ("Yonkers", "NY"),
)

VENUE_NAMES = (
    "Alderbrook", "Bellwether", "Copperfield", "Driftwood", "Eastgate", "Fernhill", "Grand Union", "Harbourside", "Ironbridge",
    "Juniper", "Kestrel", "Lanternlight", "Millrace", "Northbank", "Old Cannery", "Pinecrest", "Quarry Lane", "Riverbend",
    "Saint Brigid's", "Tanner's Row", "O'Hanlon's", "Widow's Walk", "Crème & Co.", "Piñon", "Ōkawa", "Éclair", "Żuraw",
    'The "Tin Shed"', '"Number Nine"', "桜", "Заря", "Ηλιος",
)

VENUE_KINDS = ("Amphitheatre", "Arena", "Auditorium", "Ballroom", "Dome", "Field", "Hall", "Opera House", "Park", "Playhouse", "Théâtre")

CLUBS = (
    "Anvil City", "Bayou Herons", "Cedar Foxes", "Dockside United", "Ember Valley", "Flint Rovers", "Granite Owls", "Harrier Park",
    "Inlet Otters", "Jackdaw Athletic", "Kiln Street", "Lakeland Lynx", "Marsh Ponies", "North Pier", "Orchard Wasps",
    "Plover's Point", "Quay Rangers", "São Telmo", "Málaga Creek", "O'Rourke's Eleven", "Växjö Pines", 'Team "Zero"', "Спутник",
    "飛燕",
)

SHOW_OPENINGS = (
    "A Brief History of", "An Evening Without", "Goodbye to", "Midnight at", "Nine Letters from", "Once More,", "The Trouble with",
    "The Clockmaker's Guide to", "Under the Roof of", "Waiting Out", 'The Night They Said "No" to', "Mostly True Tales of",
)

SHOW_ENDINGS = (
    "the Lighthouse", "Aunt Petra", "the Paper Orchestra", "Madame Zuérin", "the Last Ferry", "Bramble Street", "the Glass Orchard",
    "Mr. D'Souza", "Winter", "the Hatmaker's Daughter", "Tomorrow", "the Señorita", "Nobody in Particular", "the Long Weekend",
)

SHOW_TITLES = (
    "L'Été des grillons", "¿Quién llamó?", "Ms. O'Neil's \"Perfect\" Day", "北の灯台", "Тихая вода", "Ένας φάρος",
    "مدينة النور", "달빛 정원",
)

ACT_NAMES = (
    "Amber", "Blue Kettle", "Copper", "Dusty", "Electric", "Fjord", "Gentle", "Hollow", "Indigo", "Juniper", "Little Rooster's",
    "Magnólia", "Nordic", "O'Leary's", "Paper", "Quiet", "Rosalía's", "Sundown", 'The "Almost"', "Velvet", "Wandering", "Zoë's",
)

ACT_KINDS = ("Accordions", "Brass", "Choir", "Duo", "Ensemble", "Fiddlers", "Orchestra", "Pipers", "Quartet", "Ramblers", "Trio", "Voices")

ACT_TITLES = ("Les Ours polaires", "Señor Tránsito y los Relojes", "Die Möwenbrüder", "花鳥風月", "Белые ночи", "Θάλασσα", "نجوم الليل")
