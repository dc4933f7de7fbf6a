select current_database(), current_user, current_setting('search_path')
