call public.create_loader();
